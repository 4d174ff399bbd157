import aws4 from 'aws4';

export interface PlainRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** The request with SigV4 for the HTTP API; the credentials are those of the environment. */
export function signed(url: string, request: PlainRequest): PlainRequest {
  const { host, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  // What fetch adds by itself is neither signed nor sent twice.
  const extraHeadersToIgnore = { 'content-length': true };
  const options = { ...request, host, path, service: 'execute-api', extraHeadersToIgnore };
  const { headers = {} } = aws4.sign(options);
  const { Host: _host, 'Content-Length': _length, ...rest } = headers;
  return { ...request, headers: rest as Record<string, string> };
}
