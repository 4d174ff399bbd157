import { ChatError } from './protocol/errors.ts';
import type { ChatSettings } from './settings.ts';

/** What a token may allow besides taking part: to moderate every event; to create and change events, too. */
export const rights = ['moderate', 'operate'] as const;
export type Right = (typeof rights)[number];

/** Who somebody is by a verified token. */
export interface Identity {
  participantId: string;
  username: string;
  rights: readonly Right[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Whether the token that a connection came with has run out. */
export const isExpired = ({ identity }: { identity?: Identity }, now = Date.now()): boolean =>
  identity !== undefined && identity.expiresAt <= now;

/** What people are told then. */
export const tokenExpired = { reason: 'The token has expired.' };

/**
 * Where there is an issuer, a connection is worth what its token is: one from before that, or whose token has run out, must
 * connect anew. Throws `UNAUTHORIZED`.
 */
export function requireIdentity(
  settings: Pick<ChatSettings, 'auth.issuer'>,
  connection: { identity?: Identity },
): void {
  if (settings['auth.issuer'] === undefined) return;
  if (!connection.identity) throw new ChatError('UNAUTHORIZED');
  if (isExpired(connection)) throw new ChatError('UNAUTHORIZED', tokenExpired);
}
