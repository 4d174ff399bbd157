import type { Metadata } from './protocol/entities.ts';
import { ChatError } from './protocol/errors.ts';
import type { ChatSettings } from './settings.ts';

/** The rights that a token may give: to moderate every event; to create and change events as well. */
export const rights = ['moderate', 'operate'] as const;
export type Right = (typeof rights)[number];

/** The identity in a verified token. */
export interface Identity {
  participantId: string;
  username: string;
  metadata?: Metadata;
  rights: readonly Right[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Whether the token of a connection has expired. */
export const isExpired = ({ identity }: { identity?: Identity }, now = Date.now()): boolean =>
  identity !== undefined && identity.expiresAt <= now;

/** The reason that clients get when it has expired. */
export const tokenExpired = { reason: 'The token has expired.' };

/** The reason that clients get who watch without a token, and want more. */
export const tokenRequired = { reason: 'Without a token you can only watch.' };

/** What those can do who were let in without a token. */
const OPEN_ACTIONS = ['watchEvent', 'getActiveEvents', 'getHistory', 'leaveEvent', 'ping'];

/**
 * Where there is an issuer, a connection is worth what its token is: one from before that, or whose token has run out, must
 * connect anew. Without one it can watch, if viewers need none. Throws `UNAUTHORIZED`.
 */
export function requireIdentity(
  settings: Pick<ChatSettings, 'auth.issuer' | 'auth.viewers'>,
  connection: { identity?: Identity },
  action: string,
): void {
  if (settings['auth.issuer'] === undefined) return;
  if (!connection.identity) {
    if (settings['auth.viewers'] !== 'open') throw new ChatError('UNAUTHORIZED');
    if (OPEN_ACTIONS.includes(action)) return;
    throw new ChatError('UNAUTHORIZED', tokenRequired);
  }
  if (isExpired(connection)) throw new ChatError('UNAUTHORIZED', tokenExpired);
}
