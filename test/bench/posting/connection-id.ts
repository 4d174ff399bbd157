import { randomBytes } from 'node:crypto';

/** As API Gateway gives them out: 15 characters and `=`. */
export const newConnectionId = (): string => `${randomBytes(11).toString('base64url')}=`;
