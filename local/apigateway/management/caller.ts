import type { IncomingMessage } from 'node:http';
import { targetOf } from '../client.ts';

/**
 * The access key id of a request signed with Signature Version 4, in its `Authorization` header or its query string.
 * The signature itself is not verified.
 */
export function accessKeyIdOf(req: IncomingMessage): string | undefined {
  const header = req.headers.authorization;
  if (header !== undefined) return /^AWS4-\S+ .*?Credential=([^/,\s]+)\//.exec(header)?.[1];
  return new URLSearchParams(targetOf(req).query).get('X-Amz-Credential')?.split('/')[0];
}

/** The session token that a signed request carries in the same places, '' if none: each execution environment has its own. */
export function sessionTokenOf(req: IncomingMessage): string {
  const header = req.headers['x-amz-security-token'];
  if (typeof header === 'string') return header;
  return new URLSearchParams(targetOf(req).query).get('X-Amz-Security-Token') ?? '';
}
