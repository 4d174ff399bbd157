import { isExpired, tokenExpired } from '../identity.ts';
import { ChatError } from '../protocol/errors.ts';
import type { Connection } from '../store/connections.ts';
import type { Chat } from './chat.ts';

/**
 * Where there is an issuer, a connection is worth what its token is: one from before that, or whose token has run out, must
 * connect anew. Throws `UNAUTHORIZED`.
 */
export function requireIdentity({ settings }: Pick<Chat, 'settings'>, connection: Connection): void {
  if (settings['auth.issuer'] === undefined) return;
  if (!connection.identity) throw new ChatError('UNAUTHORIZED');
  if (isExpired(connection)) throw new ChatError('UNAUTHORIZED', tokenExpired);
}
