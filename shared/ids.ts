import { createHash, randomBytes } from 'node:crypto';

/** An opaque id: 96 random bits, 16 URL-safe characters. */
export const newId = (): string => randomBytes(12).toString('base64url');

/** A guest's secret, or a Socket.IO session's: 256 random bits, 43 URL-safe characters. Whoever has it is who it was given to. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** The public id that belongs to a guest's token. One way: it shows others who speaks, never how to speak as them. */
export const participantIdOf = (token: string): string => digest(`participant:${token}`).slice(0, 22);

/** The public id of somebody whom an issuer's tokens call `subject`. Never that of a guest. */
export const participantIdOfSubject = (issuer: string, subject: string): string =>
  digest(`subject:${issuer} ${subject}`).slice(0, 22);

/** Under which a Socket.IO session is kept, by its secret, the `pid`. */
export const sessionIdOf = (pid: string): string => digest(`session:${pid}`);

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
