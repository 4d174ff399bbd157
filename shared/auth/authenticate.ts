import { jwtVerify } from 'jose';
import { type Identity, tokenExpired } from '../identity.ts';
import { ChatError } from '../protocol/errors.ts';
import type { ChatSettings } from '../settings.ts';
import { identityOf } from './identity-of.ts';
import { keysOf } from './keys-of.ts';

/** Resolves to the identity in a JWT. Throws `UNAUTHORIZED`; anything else that it throws is a fault of the issuer or ours. */
export type Authenticate = (token: string | undefined) => Promise<Identity>;

/** Signatures with a key pair. With a shared secret, everybody who can verify a token could also make one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How far the issuer's clock may be from ours. */
const CLOCK_SKEW_SECONDS = 5;

/**
 * Verifies tokens of the configured issuer: signature, `iss`, `aud`, `exp`, `nbf` (RFC 7519, RFC 8725). Undefined without
 * an issuer: everybody is a guest.
 */
export function authenticator(settings: ChatSettings): Authenticate | undefined {
  const { 'auth.issuer': issuer, 'auth.audience': audience } = settings;
  if (issuer === undefined) return undefined;
  const keys = keysOf(issuer);
  return async (token) => {
    if (token === undefined || token === '') throw new ChatError('UNAUTHORIZED');
    try {
      const { payload } = await jwtVerify(token, async (...header) => (await keys())(...header), {
        issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['exp'],
      });
      // Access tokens of Amazon Cognito have no audience but a client.
      const { aud = payload.client_id } = payload;
      if (![aud].flat().includes(audience)) throw new ChatError('UNAUTHORIZED');
      return identityOf(payload, settings, CLOCK_SKEW_SECONDS);
    } catch (error) {
      if (codeOf(error) === 'ERR_JWT_EXPIRED') throw new ChatError('UNAUTHORIZED', tokenExpired);
      throw isTokensFault(error) ? new ChatError('UNAUTHORIZED') : error;
    }
  };
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code);

/** By code: https://github.com/panva/jose/blob/main/docs/util/errors/README.md */
const isTokensFault = (error: unknown): boolean =>
  /^ERR_(JWT|JWS|JOSE_ALG_NOT_ALLOWED$|JOSE_NOT_SUPPORTED$|JWKS_NO_MATCHING_KEY$|JWKS_MULTIPLE_MATCHING_KEYS$)/.test(
    codeOf(error),
  );
