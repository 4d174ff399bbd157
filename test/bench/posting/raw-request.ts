import { type BinaryLike, createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export interface RawTarget {
  host: string;
  /** Before the connection's id. */
  path: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

const SIGNED = 'content-length;host;x-amz-content-sha256;x-amz-date;x-amz-security-token';

const sha256 = (data: BinaryLike) => createHash('sha256').update(data).digest('hex');
const hmac = (key: BinaryLike | KeyObject, data: string) => createHmac('sha256', key).update(data);

/**
 * Whole requests as bytes, signed with one hash and one HMAC each: everything else is made once a second for a frame.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function rawRequests(target: RawTarget): (connectionId: string, frame: string) => Buffer {
  let second = 0;
  let template: ReturnType<typeof templateOf> | undefined;
  return (connectionId, frame) => {
    const now = Math.floor(Date.now() / 1000);
    if (template?.frame !== frame || now !== second) template = templateOf(target, frame, now);
    second = now;
    const { body, key } = template;
    const id = encodeURIComponent(connectionId);
    // Signed twice URL-encoded, as everywhere but in S3.
    const canonical = `${template.canonicalStart}${encodeURIComponent(id)}${template.canonicalEnd}`;
    const signature = hmac(key, template.toSign + sha256(canonical)).digest('hex');
    const head = `${template.headStart}${id}${template.headEnd}${signature}\r\n\r\n`;
    const request = Buffer.allocUnsafe(head.length + body.length);
    request.write(head, 'latin1');
    body.copy(request, head.length);
    return request;
  };
}

function templateOf({ host, path, region, credentials }: RawTarget, frame: string, second: number) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = new Date(second * 1000).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const scope = [day, region, 'execute-api', 'aws4_request'];
  const key = scope.reduce<BinaryLike>((last, part) => hmac(last, part).digest(), `AWS4${secretAccessKey}`);
  const body = Buffer.from(frame);
  const bodyHash = sha256(body);
  const headers = [
    ['Content-Length', body.length],
    ['Host', host],
    ['X-Amz-Content-Sha256', bodyHash],
    ['X-Amz-Date', date],
    ['X-Amz-Security-Token', sessionToken],
  ] as const;
  const canonicalHeaders = headers.map(([name, value]) => `${name.toLowerCase()}:${value}\n`).join('');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${SIGNED}`;
  return {
    frame,
    body,
    key: createSecretKey(key as Buffer),
    toSign: `AWS4-HMAC-SHA256\n${date}\n${scope.join('/')}\n`,
    canonicalStart: `POST\n${path.replace('@', '%40')}`,
    canonicalEnd: `\n\n${canonicalHeaders}\n${SIGNED}\n${bodyHash}`,
    headStart: `POST ${path}`,
    headEnd: ` HTTP/1.1\r\n${headers.map((header) => `${header.join(': ')}\r\n`).join('')}Authorization: ${authorization}, Signature=`,
  };
}
