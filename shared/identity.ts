/** The rights that a token may give: to moderate every event; to create and change events as well. */
export const rights = ['moderate', 'operate'] as const;
export type Right = (typeof rights)[number];

/** The identity in a verified token. */
export interface Identity {
  participantId: string;
  username: string;
  rights: readonly Right[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Whether the token of a connection has expired. */
export const isExpired = ({ identity }: { identity?: Identity }, now = Date.now()): boolean =>
  identity !== undefined && identity.expiresAt <= now;

/** The reason that clients get when it has expired. */
export const tokenExpired = { reason: 'The token has expired.' };
