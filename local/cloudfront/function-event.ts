import { z } from 'zod';
import type { EdgeAnswer, EdgeRequest, HeaderLine } from './message.ts';

/**
 * Converts between HTTP and the objects that CloudFront Functions see.
 *
 * "CloudFront Functions event structure":
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
 */
const Value = z.object({ value: z.string(), attributes: z.string().optional() });
type Value = z.infer<typeof Value>;
const Field = Value.extend({ multiValue: z.array(Value).optional() });
const Fields = z.record(z.string(), Field);
type Fields = z.infer<typeof Fields>;

const RequestObject = z.object({
  method: z.string(),
  uri: z.string().startsWith('/'),
  querystring: z.union([z.string(), Fields]).default({}),
  headers: Fields.default({}),
  cookies: Fields.default({}),
});

const ResponseObject = z.object({
  statusCode: z.int().min(200).max(599),
  headers: Fields.default({}),
  cookies: Fields.default({}),
  body: z
    .union([z.string(), z.object({ data: z.string(), encoding: z.enum(['text', 'base64']) })])
    .optional(),
});

/** Functions neither see these headers nor may they add them. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html */
const hidden =
  /^(connection|expect|keep-alive|proxy-(authenticate|authorization|connection)|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

export const requestObject = ({ method, uri, query, headers }: EdgeRequest) => ({
  method,
  uri,
  querystring: fieldsOf(pairsOf(query, '&')),
  headers: fieldsOf(
    headers
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== 'cookie' && !hidden.test(name)),
  ),
  cookies: fieldsOf(
    headers.filter(([name]) => name.toLowerCase() === 'cookie').flatMap(([, value]) => pairsOf(value, ';')),
  ),
});

/** Throws if it is no request that CloudFront accepts. What the function left as it was stays as it was sent. */
export function changedRequest(original: EdgeRequest, returned: unknown): EdgeRequest {
  const before = requestObject(original);
  const after = RequestObject.parse(returned);
  if (after.method !== before.method) throw new Error('the method of a request is read-only');
  const isSame = (name: 'querystring' | 'headers' | 'cookies') => same(before[name], after[name]);
  const { querystring } = after;
  const query = typeof querystring === 'string' ? querystring : queryOf(querystring);
  const headers =
    isSame('headers') && isSame('cookies')
      ? original.headers
      : [
          ...original.headers.filter(([name]) => hidden.test(name.toLowerCase())),
          ...headerLines(after.headers),
          ...cookieLine(after.cookies),
        ];
  return { ...original, uri: after.uri, query: isSame('querystring') ? original.query : query, headers };
}

export const responseObject = ({ status, headers }: EdgeAnswer) => ({
  statusCode: status,
  headers: fieldsOf(
    Object.entries(headers)
      .filter(([name]) => name !== 'set-cookie' && !hidden.test(name))
      .flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)] as const)),
  ),
  cookies: collapsed(
    [headers['set-cookie'] ?? []].flat().map((cookie) => {
      const [, name = '', value = '', attributes = ''] =
        /^([^=;]*)=?([^;]*);?\s*(.*)$/.exec(String(cookie)) ?? [];
      return [name, { value, ...(attributes !== '' && { attributes }) }];
    }),
  ),
});

/** Throws if it is no response that CloudFront accepts. Without a `body` that of `original` stays. */
export function changedAnswer(original: EdgeAnswer | undefined, returned: unknown): EdgeAnswer {
  const { statusCode, headers, cookies, body } = ResponseObject.parse(returned);
  const lines = headerLines(headers);
  const kept = Object.entries(original?.headers ?? {}).filter(([name]) => hidden.test(name));
  const all: Record<string, string | string[]> = Object.fromEntries(
    kept.map(([name, v]) => [name, [v].flat()]),
  );
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    all[lower] = all[lower] === undefined ? value : [all[lower], value].flat();
  }
  const setCookies = Object.entries(cookies).flatMap(([name, field]) =>
    (field.multiValue ?? [field]).map(
      ({ value, attributes }) => `${name}=${value}${attributes ? `; ${attributes}` : ''}`,
    ),
  );
  if (setCookies.length > 0) all['set-cookie'] = setCookies;
  if (body !== undefined) delete all['content-length'];
  return { status: statusCode, headers: all, body: bodyOf(body) ?? original?.body ?? Buffer.alloc(0) };
}

/** A function answers itself if what it returns has a status. */
export const isResponse = (returned: unknown): boolean =>
  typeof returned === 'object' && returned !== null && 'statusCode' in returned;

function bodyOf(body: z.infer<typeof ResponseObject>['body']): Buffer | undefined {
  if (body === undefined) return undefined;
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.data, body.encoding === 'text' ? 'utf8' : 'base64');
}

const pairsOf = (text: string, separator: string): HeaderLine[] =>
  text
    .split(separator)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => [pair.split('=')[0] ?? '', pair.includes('=') ? pair.slice(pair.indexOf('=') + 1) : '']);

const fieldsOf = (pairs: readonly HeaderLine[]): Fields =>
  collapsed(pairs.map(([name, value]) => [name, { value }]));

/** What is there more than once is one field with all its values. */
function collapsed(entries: readonly [name: string, value: Value][]): Fields {
  const fields = new Map<string, Fields[string]>();
  for (const [name, value] of entries) {
    const before = fields.get(name);
    const all = before && [...(before.multiValue ?? [before]), value];
    fields.set(name, all ? { ...before, multiValue: all } : value);
  }
  return Object.fromEntries(fields);
}

const valuesOf = (field: z.infer<typeof Field>): string[] =>
  (field.multiValue ?? [field]).map(({ value }) => value);

const queryOf = (fields: Fields): string =>
  Object.entries(fields)
    .flatMap(([name, field]) => valuesOf(field).map((value) => (value === '' ? name : `${name}=${value}`)))
    .join('&');

/** The first letter of each word of a name is capitalized. Throws for a header that functions may not add. */
function headerLines(fields: Fields): HeaderLine[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (name !== name.toLowerCase()) throw new Error(`header names must be in lower case: ${name}`);
    if (hidden.test(name)) throw new Error(`functions may not add the header ${name}`);
    const capitalized = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    return valuesOf(field).map((value) => [capitalized, value] as const);
  });
}

function cookieLine(fields: Fields): HeaderLine[] {
  const cookies = Object.entries(fields).flatMap(([name, field]) =>
    valuesOf(field).map((value) => `${name}=${value}`),
  );
  return cookies.length > 0 ? [['Cookie', cookies.join('; ')]] : [];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
