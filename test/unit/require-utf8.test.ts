import { expect, test } from 'vitest';
import { hasUtf8 } from '../../functions/http/require-utf8.ts';

const around = (...bytes: number[]) =>
  Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]);
const good = [Buffer.from('{"name":"ana 👍 é"}'), Buffer.from('{"name":"\ufffd"}'), Buffer.from('\ufeff{}')];
const bad = [
  ['a byte that never occurs', around(0xff)],
  ['Latin-1', around(0xe9)],
  ['a character that is cut', around(0xe2, 0x82)],
  ['a longer form than needed', around(0xc0, 0xaf)],
  ['half a surrogate pair', around(0xed, 0xa0, 0x80)],
  ['beyond Unicode', around(0xf4, 0x90, 0x80, 0x80)],
  ['UTF-16 with a mark', Buffer.from('\ufeff{}', 'utf16le')],
] as const;

const asBase64 = (bytes: Buffer) => ({
  body: bytes.toString('base64'),
  isBase64Encoded: true,
  headers: { 'content-length': String(bytes.length) },
});
const asText = (bytes: Buffer) => ({
  body: bytes.toString('utf8'),
  isBase64Encoded: false,
  headers: { 'content-length': String(bytes.length) },
});

test.each(good)('%s is UTF-8', (bytes) => {
  expect(hasUtf8(asBase64(bytes))).toBe(true);
  expect(hasUtf8(asText(bytes))).toBe(true);
});

test.each(bad)('%s is not', (_what, bytes) => {
  expect(hasUtf8(asBase64(bytes))).toBe(false);
  expect(hasUtf8(asText(bytes))).toBe(false);
});

test('no body is fine, and a replacement character of unknown length, too', () => {
  expect(hasUtf8({ isBase64Encoded: false, headers: {} })).toBe(true);
  expect(hasUtf8({ body: '"\ufffd"', isBase64Encoded: false, headers: {} })).toBe(true);
  expect(hasUtf8({ body: '"\ud800"', isBase64Encoded: false, headers: {} })).toBe(false);
});
