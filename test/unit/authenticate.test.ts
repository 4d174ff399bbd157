import fc from 'fast-check';
import { base64url, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readSettings, SettingsError } from '../../infra/context-settings.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../../local/issuer.ts';
import { listenOnLoopback } from '../../local/loopback.ts';
import { type Authenticate, authenticator } from '../../shared/auth/authenticate.ts';
import { chatSettings } from '../../shared/settings.ts';
import { badTokens, refusedWith } from '../support/tokens.ts';

const of = (url: string, audience = AUDIENCE) =>
  authenticator(chatSettings.parse({ 'auth.issuer': url, 'auth.audience': audience })) as Authenticate;

const unauthorized = { code: 'UNAUTHORIZED', message: 'Valid credentials are required.' };

/** A server of documents by path, such as an issuer that is not as it should be; stopped after the test. */
async function serve(documents: Record<string, unknown>) {
  const asked: string[] = [];
  const server = await listenOnLoopback(
    0,
    ({ url = '' }, response) => {
      asked.push(url);
      const document = documents[url];
      if (typeof document === 'number') response.writeHead(document, { location: '/elsewhere' });
      response.end(typeof document === 'object' ? JSON.stringify(document) : document && `${document}`);
    },
    (_request, socket) => socket.destroy(),
  );
  onTestFinished(() => server.close());
  return { url: `http://localhost:${server.port}`, asked, documents };
}

const DISCOVERY = '/.well-known/openid-configuration';

/** An issuer with keys to be changed. */
async function serveIssuer() {
  const served = await serve({});
  const { url, documents } = served;
  documents[DISCOVERY] = { issuer: url, jwks_uri: `${url}/keys` };
  const newKey = async (kid: string | undefined, alg = 'RS256') => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const sign = (claims: JWTPayload = {}, header: object = {}) =>
      new SignJWT({ iss: url, aud: AUDIENCE, sub: 'ana', ...claims })
        .setProtectedHeader({ alg, ...(kid && { kid }), ...header })
        .setExpirationTime('1h')
        .sign(privateKey);
    return { jwk: { ...(await exportJWK(publicKey)), ...(kid && { kid }) }, sign };
  };
  return {
    ...served,
    newKey,
    publish: (...keys: object[]) => Object.assign(documents, { '/keys': { keys } }),
  };
}

test('without an issuer nobody is authenticated', () => {
  expect(authenticator(chatSettings.parse({}))).toBeUndefined();
});

describe('tokens of an issuer', () => {
  let issuer: Issuer;
  let authenticate: Authenticate;
  const NOW = Date.parse('2030-01-01T12:00:00Z') / 1000;
  const tell = async (claims: JWTPayload, seconds?: number) =>
    authenticate(await issuer.tokenFor({ sub: 'ana', ...claims }, seconds));
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 });
    issuer = await startIssuer();
    authenticate = of(issuer.url);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await issuer.stop();
  });

  test('a good one tells who it is', async () => {
    expect(await tell({ name: 'Ana', scope: 'chat:moderate' }, 60)).toEqual({
      participantId: expect.stringMatching(/^[\w-]{22}$/),
      username: 'Ana',
      rights: ['moderate'],
      expiresAt: (NOW + 65) * 1000,
    });
  });

  test('a bad one is refused, without saying what is bad about it', async () => {
    for (const [what, bad] of Object.entries(await badTokens(issuer.url))) {
      const { reason, ...refused } = await refusedWith(authenticate(bad));
      expect(refused, what).toEqual(unauthorized);
      const reasons = {
        expired: 'The token has expired.',
        'nobody named': 'The token has no subject or no usable username.',
      };
      expect(reason, what).toBe(reasons[what as keyof typeof reasons]);
    }
  });

  test.for<[what: string, claims: Record<string, unknown>, isGood: boolean]>([
    ['aud', { aud: AUDIENCE }, true],
    ['aud in a list', { aud: ['another', AUDIENCE] }, true],
    ['another aud', { aud: 'another' }, false],
    ['only others in the list', { aud: ['another'] }, false],
    ['an empty list', { aud: [] }, false],
    ['aud that contains ours', { aud: `${AUDIENCE}-admin` }, false],
    ['client_id, without aud', { aud: undefined, client_id: AUDIENCE }, true],
    ['another client_id', { aud: undefined, client_id: 'another' }, false],
    ['our client_id, but another aud', { aud: 'another', client_id: AUDIENCE }, false],
    ['neither', { aud: undefined }, false],
    ['null', { aud: null, client_id: AUDIENCE }, false],
    ['azp, without aud', { aud: undefined, azp: AUDIENCE }, false],
    ['an issuer with a slash more', { iss: 'URL/' }, false],
    ['no issuer', { iss: undefined }, false],
    ['no end', { exp: undefined }, false],
    ['an end that is text', { exp: '9999999999' }, false],
    ['a beginning in an hour', { nbf: NOW + 3_600 }, false],
    ['a beginning within the difference of clocks', { nbf: NOW + 5 }, true],
    ['an end within the difference of clocks', { exp: NOW - 4 }, true],
    ['an end beyond it', { exp: NOW - 5 }, false],
  ])('%s', async ([, claims, isGood]) => {
    const { iss } = claims;
    const all = { ...claims, ...(iss === 'URL/' && { iss: `${issuer.url}/` }) } as JWTPayload;
    if (isGood) expect(await tell(all)).toMatchObject({ username: 'ana' });
    else expect(await refusedWith(tell(all))).toMatchObject(unauthorized);
  });

  test.for([1e11, 1e13, 1e15, 1e30, 1e300, Number.MAX_VALUE])(
    'an end at %d is the end of 9999',
    async (exp) => {
      const { expiresAt } = await tell({ exp });
      expect(new Date(expiresAt).toISOString()).toBe(
        exp === 1e11 ? '5138-11-16T09:46:45.000Z' : '9999-12-31T23:59:59.999Z',
      );
    },
  );

  test('nothing that a client can send is taken for a fault of ours', async () => {
    const header = fc.record(
      {
        alg: fc.oneof(fc.constantFrom('RS256', 'none', 'HS256', 'ES256', 'EdDSA', 'PS512'), fc.anything()),
        kid: fc.oneof(fc.constant('local'), fc.anything()),
        crit: fc.oneof(fc.constant(['b64']), fc.anything()),
        b64: fc.anything(),
        jwk: fc.anything(),
        typ: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const part = (content: unknown) => base64url.encode(JSON.stringify(content) ?? '');
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')),
      fc.tuple(header, fc.anything(), fc.base64String()).map(([h, p, s]) => `${part(h)}.${part(p)}.${s}`),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await refusedWith(authenticate(text))).toMatchObject(unauthorized);
      }),
    );
  });
});

describe('the keys', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('are asked for once, also by many at a time', async () => {
    const issuer = await startIssuer();
    onTestFinished(() => issuer.stop());
    const authenticate = of(issuer.url);
    const token = await issuer.tokenFor({ sub: 'ana' });
    await Promise.all(Array.from({ length: 5 }, () => authenticate(token)));
    await authenticate(token);
    expect(issuer.keyRequests).toBe(1);
  });

  test.for<[typ: unknown, isGood: boolean]>([
    ...[undefined, 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt'].map(
      (typ): [unknown, boolean] => [typ, true],
    ),
    ...['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'application/logout+jwt', 'token-introspection+jwt'].map(
      (typ): [unknown, boolean] => [typ, false],
    ),
    ...['kb+jwt', 'client-authentication+jwt', 'LOGOUT+JWT', 'JOSE', 'xat+jwt', 'at+jwt ', '', 7, null].map(
      (typ): [unknown, boolean] => [typ, false],
    ),
  ])('sign tokens of several types: %j is taken: %j', async ([typ, isGood]) => {
    const issuer = await serveIssuer();
    const key = await issuer.newKey('1');
    issuer.publish(key.jwk);
    const told = of(issuer.url)(await key.sign({}, { typ }));
    if (isGood) expect(await told).toMatchObject({ username: 'ana' });
    else expect(await refusedWith(told)).toEqual(unauthorized);
  });

  test('may be new: a rotated key is found, but made-up ones do not make us ask each time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const issuer = await serveIssuer();
    const [first, second] = [await issuer.newKey('1'), await issuer.newKey('2', 'ES256')];
    issuer.publish(first.jwk);
    const authenticate = of(issuer.url);
    await authenticate(await first.sign());
    issuer.publish(second.jwk);
    vi.setSystemTime(Date.now() + 31_000);
    const mallory = await issuer.newKey('made up');
    for (let i = 0; i < 3; i += 1) {
      expect(await refusedWith(authenticate(await mallory.sign()))).toEqual(unauthorized);
    }
    expect(await authenticate(await second.sign())).toMatchObject({ username: 'ana' });
    expect(await refusedWith(authenticate(await first.sign()))).toEqual(unauthorized);
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(2);
  });

  test('one that was withdrawn is good no longer than ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const issuer = await serveIssuer();
    const [old, key] = [await issuer.newKey('old'), await issuer.newKey('new')];
    issuer.publish(old.jwk, key.jwk);
    const authenticate = of(issuer.url);
    await authenticate(await old.sign());
    issuer.publish(key.jwk);
    vi.setSystemTime(Date.now() + 601_000);
    expect(await refusedWith(authenticate(await old.sign()))).toEqual(unauthorized);
    expect(await authenticate(await key.sign())).toMatchObject({ username: 'ana' });
  });

  test('need no kid when there is but one', async () => {
    const issuer = await serveIssuer();
    const [one, other] = [await issuer.newKey(undefined), await issuer.newKey(undefined)];
    issuer.publish(one.jwk);
    expect(await of(issuer.url)(await one.sign())).toMatchObject({ username: 'ana' });
    issuer.publish(one.jwk, other.jwk);
    expect(await refusedWith(of(issuer.url)(await one.sign()))).toEqual(unauthorized);
  });

  test('a shared secret is no key', async () => {
    const issuer = await serveIssuer();
    const secret = new TextEncoder().encode('a secret of at least thirty-two bytes');
    issuer.publish({ kty: 'oct', k: base64url.encode(secret), kid: 'shared' });
    const token = await new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'ana' })
      .setProtectedHeader({ alg: 'HS256', kid: 'shared' })
      .setExpirationTime('1h')
      .sign(secret);
    expect(await refusedWith(of(issuer.url)(token))).toEqual(unauthorized);
  });

  test('are never fetched from where a token says', async () => {
    const issuer = await serveIssuer();
    const mallory = await issuer.newKey('1');
    issuer.publish((await issuer.newKey('1')).jwk);
    const elsewhere = await serve({ '/keys': { keys: [mallory.jwk] } });
    const url = `${elsewhere.url}/keys`;
    expect(await refusedWith(of(issuer.url)(await mallory.sign({}, { jku: url, x5u: url })))).toEqual(
      unauthorized,
    );
    expect(elsewhere.asked).toEqual([]);
  });

  test('come from somewhere else if the discovery document says so', async () => {
    const issuer = await serveIssuer();
    const key = await issuer.newKey('1');
    const elsewhere = await serve({ '/certs': { keys: [key.jwk] } });
    issuer.documents[DISCOVERY] = { issuer: issuer.url, jwks_uri: `${elsewhere.url}/certs` };
    expect(await of(issuer.url)(await key.sign())).toMatchObject({ username: 'ana' });
  });
});

describe('an issuer in trouble', () => {
  const somewhere = 'https://issuer.example';

  test.for<[what: string, documents: (url: string) => Record<string, unknown>]>([
    ['that is not there', () => ({ [DISCOVERY]: 404 })],
    ['that fails', () => ({ [DISCOVERY]: 500 })],
    ['that leads elsewhere', (url) => ({ [DISCOVERY]: 302, '/elsewhere': { issuer: url, jwks_uri: url } })],
    ['that answers no JSON', () => ({ [DISCOVERY]: '<html>' })],
    ['that names another', (url) => ({ [DISCOVERY]: { issuer: somewhere, jwks_uri: `${url}/keys` } })],
    ['that has no keys', (url) => ({ [DISCOVERY]: { issuer: url } })],
    ['whose keys are no address', (url) => ({ [DISCOVERY]: { issuer: url, jwks_uri: 'keys' } })],
    ['whose keys are in a file', (url) => ({ [DISCOVERY]: { issuer: url, jwks_uri: 'file:///etc/keys' } })],
    ['whose keys are not there', (url) => ({ [DISCOVERY]: { issuer: url, jwks_uri: `${url}/none` } })],
    [
      'whose keys are none',
      (url) => ({ [DISCOVERY]: { issuer: url, jwks_uri: `${url}/text` }, '/text': '{}' }),
    ],
  ])('%s lets nobody in, and is no fault of the token', async ([, documents]) => {
    const issuer = await serveIssuer();
    const key = await issuer.newKey('1');
    issuer.publish(key.jwk);
    Object.assign(issuer.documents, documents(issuer.url));
    const refused = of(issuer.url)(await key.sign());
    await expect(refused).rejects.toThrow();
    await expect(refused).rejects.not.toMatchObject({ name: 'ChatError' });
  });

  test('lets everybody in ten seconds after it is well again, and is not asked before', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const issuer = await serveIssuer();
    const key = await issuer.newKey('1');
    const authenticate = of(issuer.url);
    const token = await key.sign();
    const asked = (path: string) => issuer.asked.filter((url) => url === path).length;
    const failsFor = async (reason: string) => {
      for (let i = 0; i < 3; i += 1) await expect(authenticate(token)).rejects.toThrow(reason);
    };
    const good = issuer.documents[DISCOVERY];
    issuer.documents[DISCOVERY] = 503;
    await Promise.all([failsFor('503'), failsFor('503')]);
    issuer.documents[DISCOVERY] = good;
    vi.setSystemTime(Date.now() + 9_000);
    await failsFor('503');
    expect(asked(DISCOVERY)).toBe(1);
    vi.setSystemTime(Date.now() + 1_001);
    // Found, but for the keys.
    await failsFor('Key Set');
    issuer.publish(key.jwk);
    vi.setSystemTime(Date.now() + 9_000);
    await failsFor('Key Set');
    expect([asked(DISCOVERY), asked('/keys')]).toEqual([2, 1]);
    vi.setSystemTime(Date.now() + 1_001);
    expect(await authenticate(token)).toMatchObject({ username: 'ana' });
    expect([asked(DISCOVERY), asked('/keys')]).toEqual([2, 2]);
  });

  test('is not asked for each made-up key either; keys that are known stay good', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const issuer = await serveIssuer();
    const [key, mallory] = [await issuer.newKey('1'), await issuer.newKey('2')];
    issuer.publish(key.jwk);
    const authenticate = of(issuer.url);
    await authenticate(await key.sign());
    issuer.documents['/keys'] = 500;
    vi.setSystemTime(Date.now() + 31_000);
    for (let i = 0; i < 3; i += 1) {
      await expect(authenticate(await mallory.sign())).rejects.not.toMatchObject({ name: 'ChatError' });
      expect(await authenticate(await key.sign())).toMatchObject({ username: 'ana' });
    }
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(2);
  });

  test('keeps the keys that were found when they cannot be found again, until they can', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const issuer = await serveIssuer();
    const [key, moved] = [await issuer.newKey('1'), await issuer.newKey('2')];
    issuer.publish(key.jwk);
    const authenticate = of(issuer.url);
    await authenticate(await key.sign());
    issuer.documents[DISCOVERY] = 500;
    vi.setSystemTime(Date.now() + 3_601_000);
    const discoveries = () => issuer.asked.filter((path) => path === DISCOVERY).length;
    for (let i = 0; i < 3; i += 1) {
      expect(await authenticate(await key.sign())).toMatchObject({ username: 'ana' });
    }
    // Nor is it asked each time.
    expect(discoveries()).toBe(2);
    issuer.documents[DISCOVERY] = { issuer: issuer.url, jwks_uri: `${issuer.url}/moved` };
    issuer.documents['/moved'] = { keys: [moved.jwk] };
    vi.setSystemTime(Date.now() + 31_000);
    expect(await authenticate(await moved.sign())).toMatchObject({ username: 'ana' });
    expect(discoveries()).toBe(3);
  });

  test('costs those nothing whose keys are known', async () => {
    const issuer = await serveIssuer();
    const key = await issuer.newKey('1');
    issuer.publish(key.jwk);
    const authenticate = of(issuer.url);
    await authenticate(await key.sign());
    Object.assign(issuer.documents, { [DISCOVERY]: 500, '/keys': 500 });
    expect(await authenticate(await key.sign())).toMatchObject({ username: 'ana' });
  });
});

describe('the settings', () => {
  const issuer = 'https://issuer.example';
  const audience = AUDIENCE;
  const faults = (url: string | undefined, more: Record<string, string> = {}, isLocal = false) => {
    try {
      readSettings({ ...(url !== undefined && { 'auth.issuer': url }), ...more }, { isLocal });
      return 'none';
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
      throw error;
    }
  };
  const mine = { 'auth.audience': audience };

  test.for<[what: string, outcome: string, ...Parameters<typeof faults>]>([
    ['an issuer', 'none', issuer, mine],
    ['an issuer with a path', 'none', `${issuer}/tenant/`, mine],
    ['no audience', 'auth.audience: is required', issuer],
    ['an empty audience', 'auth.audience: must not be empty', issuer, { 'auth.audience': '' }],
    ['an audience alone', 'auth.issuer: is required', undefined, mine],
    ['an issuer that is no address', 'auth.issuer: must be the URL', 'issuer', mine],
    ['http', 'auth.issuer: must begin with https://', 'http://issuer.example', mine],
    ['http on this machine, deployed', 'auth.issuer: must begin with https://', 'http://localhost:9', mine],
    ['http on this machine', 'none', 'http://localhost:9', mine, true],
    ['http on this machine by address', 'none', 'http://127.0.0.1:9', mine, true],
    ['http on this machine by IPv6', 'none', 'http://[::1]:9', mine, true],
    ['http elsewhere, locally', 'auth.issuer: must begin with https://', 'http://issuer.example', mine, true],
    ['http on a name like ours', 'auth.issuer: must begin', 'http://localhost.example', mine, true],
    ['http with us as the user', 'auth.issuer: must begin', 'http://localhost:9@issuer.example', mine, true],
    ['a file', 'auth.issuer: must begin', 'file://localhost/issuer', mine, true],
    ['a script', 'auth.issuer: must begin', 'javascript:alert(1)', mine, true],
    [
      'an empty scope',
      'auth.operatorScope: must not be empty',
      issuer,
      { ...mine, 'auth.operatorScope': '' },
    ],
    ['an unknown setting', 'auth.audiences: no such setting', issuer, { ...mine, 'auth.audiences': 'x' }],
  ])('%s: %s', ([, outcome, ...given]) => {
    if (outcome === 'none') expect(faults(...given)).toBe('none');
    else expect(faults(...given)).toContain(outcome);
  });
});
