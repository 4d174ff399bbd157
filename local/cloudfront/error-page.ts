import { STATUS_CODES } from 'node:http';
import type { EdgeAnswer } from './message.ts';

/** An answer of CloudFront's own, with its reason. */
export function errorPage(status: number, reason: string, xCache = 'Error from cloudfront'): EdgeAnswer {
  const title = `${status} ${STATUS_CODES[status]}`;
  const body = `<!doctype html><title>ERROR: The request could not be satisfied</title><h1>${title}</h1><p>${reason}</p>\n`;
  const headers = { 'content-type': 'text/html', server: 'CloudFront', 'x-cache': xCache };
  return { status, headers, body: Buffer.from(body) };
}
