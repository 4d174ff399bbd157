import { createHash, randomBytes } from 'node:crypto';

/** An opaque id: 96 random bits, 16 URL-safe characters. */
export const newId = (): string => randomBytes(12).toString('base64url');

/** A guest's secret: 256 random bits, 43 URL-safe characters. Whoever has it is the participant. */
export const newParticipantToken = (): string => randomBytes(32).toString('base64url');

/** The public id that belongs to a token. One way: it shows others who speaks, never how to speak as them. */
export const participantIdOf = (token: string): string =>
  createHash('sha256').update(`participant:${token}`).digest('base64url').slice(0, 22);
