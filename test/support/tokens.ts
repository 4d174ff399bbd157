import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { inject } from 'vitest';
import { ChatError, type ErrorData } from '../../shared/protocol/errors.ts';
import { http } from './chat.ts';

/** A token of the suite's issuer with these claims; `seconds` is how long it is good for. */
export async function token(claims: Record<string, string>, url = inject('issuerUrl')): Promise<string> {
  const response = await fetch(`${url}/token?${new URLSearchParams(claims)}`);
  return response.text();
}

/** The header that shows a token to the HTTP API. */
export const bearer = (shown: string): Record<string, string> => ({ authorization: `Bearer ${shown}` });

/** The address of a chat for a client of the JSON wire that shows a token. */
export const withToken = (shown: string, url = inject('chatUrl')): string => `${url}?token=${shown}`;

/** A new event's id, made by an operator: at the suite's chat, or at another one with its issuer. */
export async function newEvent(
  details: object = {},
  { issuerUrl = inject('issuerUrl'), eventsUrl = inject('eventsUrl') } = {},
): Promise<string> {
  const headers = bearer(await token({ sub: 'operator', scope: 'chat:operate' }, issuerUrl));
  const body = { name: 'A test', ...details };
  return (await http('', { method: 'POST', body, headers, url: eventsUrl })).body.id;
}

/** What must not pass for a token of an operator, by what is wrong with it. */
export async function badTokens(issuer = inject('issuerUrl')): Promise<Record<string, string | undefined>> {
  const claims = { sub: 'mallory', scope: 'chat:operate' };
  const good = await token(claims, issuer);
  const payload = decodeJwt(good);
  const { alg, kid } = decodeProtectedHeader(good) as { alg: string; kid: string };
  const mallory = await generateKeyPair(alg);
  const { keys } = (await (await fetch(`${issuer}/keys`)).json()) as { keys: [JWK] };
  const publicKey = await exportSPKI((await importJWK(keys[0], alg, { extractable: true })) as CryptoKey);
  const sign = (header: object, key: CryptoKey | Uint8Array) =>
    new SignJWT(payload).setProtectedHeader({ alg, kid, ...header }).sign(key);
  const [header, , signature] = good.split('.');
  const altered = Buffer.from(JSON.stringify({ ...payload, sub: 'ana' })).toString('base64url');
  return {
    'no token': undefined,
    'no JWT': 'operator',
    expired: await token({ ...claims, seconds: '-60' }, issuer),
    'wrong audience': await token({ ...claims, aud: 'another-application' }, issuer),
    'wrong issuer': await token({ ...claims, iss: 'https://issuer.example' }, issuer),
    'nobody named': await token({ scope: 'chat:operate' }, issuer),
    'wrong signature': await sign({}, mallory.privateKey),
    'a key of its own': await sign({ jwk: await exportJWK(mallory.publicKey) }, mallory.privateKey),
    'unknown key': await sign({ kid: 'unknown' }, mallory.privateKey),
    'altered claims': [header, altered, signature].join('.'),
    'alg none': new UnsecuredJWT(payload).encode(),
    'HS256 with the public key': await sign({ alg: 'HS256' }, new TextEncoder().encode(publicKey)),
  };
}

/** What the chat's own code refuses something with; other failures are none of its refusals. */
export const refusedWith = (promise: Promise<unknown>): Promise<ErrorData> =>
  promise.then(
    () => {
      throw new Error('It was not refused');
    },
    (error) => {
      if (error instanceof ChatError) return error.toData();
      throw error;
    },
  );
