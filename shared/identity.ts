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
