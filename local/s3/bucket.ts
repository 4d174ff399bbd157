import { createHash } from 'node:crypto';
import type { EdgeAnswer, EdgeRequest } from '../cloudfront/message.ts';
import type { StoredObject } from './bucket-deployments.ts';

export interface BucketRights {
  /** Without it every object is denied. */
  readonly mayGet: boolean;
  /** Without it nobody learns what is not there: 403 instead of 404. */
  readonly mayList: boolean;
}

/**
 * Answers GET and HEAD for an object as S3 does.
 *
 * "GetObject": https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function getObject(
  objects: ReadonlyMap<string, StoredObject>,
  { method, uri, headers }: EdgeRequest,
  { mayGet, mayList }: BucketRights,
): EdgeAnswer {
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead)
    return refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  const key = decoded(uri.slice(1));
  const object = objects.get(key);
  if (!mayGet || (!object && !mayList)) return refusal(403, 'AccessDenied', 'Access Denied');
  if (!object) return refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  const etag = `"${createHash('md5').update(object.content).digest('hex')}"`;
  const asked = headers.find(([name]) => name.toLowerCase() === 'if-none-match')?.[1];
  const isKnown = asked
    ?.split(',')
    .some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
  const { 'content-type': contentType = '', ...metadata } = object.metadata;
  const common = { ...metadata, etag, server: 'AmazonS3' };
  if (isKnown) return { status: 304, headers: common, body: Buffer.alloc(0) };
  return { status: 200, headers: { ...common, 'content-type': contentType }, body: object.content };
}

function refusal(status: number, code: string, message: string): EdgeAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return {
    status,
    headers: { 'content-type': 'application/xml', server: 'AmazonS3' },
    body: Buffer.from(body),
  };
}

/** What cannot be decoded is no key. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
