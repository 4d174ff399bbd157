import { createHash, randomBytes } from 'node:crypto';

/** An opaque id: 96 random bits, 16 URL-safe characters. */
export const newId = (): string => randomBytes(12).toString('base64url');

/** A guest's secret, or a Socket.IO session's: 256 random bits, 43 URL-safe characters. Whoever presents it is taken for the one who got it. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** A guest's public id: a one-way hash of their secret. Others can see it, but cannot impersonate the guest with it. */
export const participantIdOf = (token: string): string => digest(`participant:${token}`).slice(0, 22);

/** The public id of the subject of an issuer's tokens. It is never the id of a guest. */
export const participantIdOfSubject = (issuer: string, subject: string): string =>
  digest(`subject:${issuer} ${subject}`).slice(0, 22);

/**
 * The public id of a caller with IAM credentials, of whom it does not tell the ARN. Everybody who has assumed a role is one:
 * sessions have a new name each time.
 */
export const participantIdOfCaller = (arn: string): string =>
  digest(`caller:${arn.replace(/(:assumed-role\/[^/]+)\/.*/, '$1')}`).slice(0, 22);

/** The id under which a Socket.IO session is stored: a hash of its secret, the `pid`. */
export const sessionIdOf = (pid: string): string => digest(`session:${pid}`);

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
