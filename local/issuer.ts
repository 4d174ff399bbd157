import type { CryptoKey, JWTPayload } from 'jose';
import { type Clock, systemClock } from './clock.ts';
import { listenOnLoopback } from './loopback.ts';

/** For whom the tokens are, unless they say otherwise. */
export const AUDIENCE = 'live-event-chat';
const KEY_ID = 'local';
export const ALGORITHM = 'RS256';
const SECONDS = 3_600;

export interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export interface Issuer {
  /** What tokens have as `iss`: `http://localhost:PORT`. */
  readonly url: string;
  /** How often the keys were asked for. */
  readonly keyRequests: number;
  /** A signed token with these claims, good for so long, an hour unless told. */
  tokenFor(claims: JWTPayload, seconds?: number): Promise<string>;
  stop(): Promise<void>;
}

function parseEach(claims: Record<string, string>): JWTPayload {
  const parsed = Object.entries(claims).map(([name, text]) => {
    try {
      return [name, /^[[{]/.test(text) ? JSON.parse(text) : text];
    } catch {
      // Text that only begins so.
      return [name, text];
    }
  });
  return Object.fromEntries(parsed);
}

/**
 * An OpenID Connect issuer for trying things on this machine: it knows nobody, and gives everybody the token they ask
 * for, at `/token?sub=ana&scope=chat:moderate&seconds=60`. A claim that is JSON of an object or a list is that.
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export async function startIssuer(
  port = 0,
  clock: Pick<Clock, 'now'> = systemClock,
  keys?: Keys,
): Promise<Issuer> {
  // Most runs have no issuer.
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const { privateKey, publicKey } = keys ?? (await generateKeyPair(ALGORITHM));
  const key = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
  let url = '';
  let keyRequests = 0;

  const tokenFor = (claims: JWTPayload, seconds = SECONDS): Promise<string> => {
    const now = Math.floor(clock.now() / 1000);
    return new SignJWT({ iss: url, aud: AUDIENCE, iat: now, exp: now + seconds, ...claims })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .sign(privateKey);
  };

  const answerTo = async ({ pathname, searchParams }: URL): Promise<object | string | undefined> => {
    const { seconds = SECONDS, ...claims } = Object.fromEntries(searchParams);
    if (pathname === '/.well-known/openid-configuration') return { issuer: url, jwks_uri: `${url}/keys` };
    if (pathname === '/token') return tokenFor(parseEach(claims), Number(seconds));
    if (pathname !== '/keys') return undefined;
    keyRequests += 1;
    return { keys: [key] };
  };

  const server = await listenOnLoopback(
    port,
    async (request, response) => {
      // Whatever cannot be answered is nothing that there is: an address that is none, a number that is none.
      const answer = await Promise.resolve()
        .then(() => answerTo(new URL(request.url ?? '/', url)))
        .catch(() => undefined);
      if (answer === undefined) {
        response.writeHead(404).end();
        return;
      }
      const type = typeof answer === 'string' ? 'text/plain' : 'application/json';
      // Pages on this machine may ask, too.
      response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    },
    (_request, socket) => socket.destroy(),
  );
  url = `http://localhost:${server.port}`;
  return {
    url,
    get keyRequests() {
      return keyRequests;
    },
    tokenFor,
    stop: () => server.close(),
  };
}
