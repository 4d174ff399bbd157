import { jwtVerify } from 'jose';
import { type Identity, tokenExpired } from '../identity.ts';
import { ChatError } from '../protocol/errors.ts';
import type { ChatSettings } from '../settings.ts';
import { codeOf, isTokensFault } from './faults.ts';
import { identityOf } from './identity-of.ts';
import { keysOf } from './keys-of.ts';

/** Resolves to the identity in a JWT. Throws `UNAUTHORIZED`; anything else that it throws is a fault of the issuer or ours. */
export type Authenticate = (token: string | undefined) => Promise<Identity>;
/** The same where somebody may be nobody. */
export type Identify = (token: string | undefined) => Promise<Identity | undefined>;

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

/**
 * Whether a `typ` is that of a token that says who somebody is. Issuers sign others with the same keys, such as those that
 * end sessions: https://www.rfc-editor.org/rfc/rfc8725#section-3.11
 */
const namesPeople = (typ: unknown): boolean =>
  typ === undefined || (typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ));

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
      const { payload, protectedHeader } = await jwtVerify(
        token,
        async (...header) => (await keys())(...header),
        {
          issuer,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_SKEW_SECONDS,
          requiredClaims: ['exp'],
        },
      );
      if (!namesPeople(protectedHeader.typ)) throw new ChatError('UNAUTHORIZED');
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
