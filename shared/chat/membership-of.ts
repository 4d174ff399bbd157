import { ChatError } from '../protocol/errors.ts';
import type { Connection, Membership } from '../store/connections.ts';

/** Which event the connection is in, and as whom. Throws `NOT_JOINED`. */
export function membershipOf({ membership }: Connection): Membership {
  if (!membership) throw new ChatError('NOT_JOINED');
  return membership;
}
