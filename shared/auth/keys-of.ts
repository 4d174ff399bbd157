import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { isTokensFault } from './faults.ts';

/** API Gateway's own JWT authorizers wait this long; a handshake must not hang on an issuer. Milliseconds. */
const PATIENCE_MS = 1_500;
/** The place of the keys hardly ever changes; the keys themselves are asked for every ten minutes. Milliseconds. */
const DISCOVERY_KEPT_MS = 3_600_000;
const KEYS_KEPT_MS = 600_000;
/** Tokens that name unknown keys must not cause a request to the issuer each time. Milliseconds. */
const COOLDOWN_MS = 30_000;
/** Nor may an issuer that fails be asked for each token, while handshakes wait for it. Milliseconds. */
const RETRY_AFTER_MS = 10_000;

/**
 * The public keys of an OpenID Connect issuer, found by its discovery document, kept, and asked for again when a token
 * names one that is new: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export function keysOf(issuer: string): () => Promise<JWTVerifyGetKey> {
  let found: { keys: JWTVerifyGetKey; until: number } | undefined;
  let asked: Promise<JWTVerifyGetKey> | undefined;
  const failures = rememberFailures();
  return async () => {
    if (found && Date.now() < found.until) return found.keys;
    failures.throwRecent();
    asked ??= discover(issuer).finally(() => {
      asked = undefined;
    });
    try {
      found = { keys: await asked, until: Date.now() + DISCOVERY_KEPT_MS };
    } catch (error) {
      if (!found) throw failures.remember(error);
      // What was found before may do.
      found.until = Date.now() + COOLDOWN_MS;
    }
    return found.keys;
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(PATIENCE_MS),
    redirect: 'error',
  });
  if (!response.ok)
    throw new Error(`The request for the issuer's discovery document was answered with ${response.status}`);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer)
    throw new Error(`The issuer's discovery document names ${document.issuer}, not ${issuer}`);
  const keysUrl = new URL(String(document.jwks_uri));
  if (keysUrl.protocol !== new URL(issuer).protocol)
    throw new Error('The jwks_uri of the issuer does not use the protocol of the issuer');
  return keysAt(keysUrl);
}

/** Keys that are fetched, and fetched again. Those that are known are good while others cannot be had. */
function keysAt(url: URL): JWTVerifyGetKey {
  const failures = rememberFailures();
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: PATIENCE_MS,
    cacheMaxAge: KEYS_KEPT_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: async (...request) => {
      failures.throwRecent();
      return fetch(...request);
    },
  });
  return async (...header) => {
    try {
      return await keys(...header);
    } catch (error) {
      throw isTokensFault(error) ? error : failures.remember(error);
    }
  };
}

/** The last failure, which answers for a while instead of another request. */
function rememberFailures() {
  let last: { error: unknown; until: number } | undefined;
  const isRecent = () => last !== undefined && Date.now() < last.until;
  return {
    throwRecent(): void {
      if (last && isRecent()) throw last.error;
    },
    remember(error: unknown): unknown {
      if (!isRecent()) last = { error, until: Date.now() + RETRY_AFTER_MS };
      return error;
    },
  };
}
