import { describe, expect, inject, test } from 'vitest';

// A deployed chat may have its edge elsewhere.
describe.skipIf(inject('isDeployed'))('at the domain of the edge', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, inject('eventsUrl')), { headers });
  const elsewhere = { origin: 'https://elsewhere.example' };

  test('the page and its reference load only what is theirs, and nobody frames them', async () => {
    for (const path of ['/', '/docs', '/docs/']) {
      const page = await get(path);
      expect(page.status).toBe(200);
      expect(Object.fromEntries(page.headers)).toMatchObject({
        'content-type': 'text/html',
        'cache-control': 'no-cache',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; .*connect-src 'self'.*frame-ancestors 'none'$/,
        ),
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
      });
    }
  });

  test.for(['/client.js', '/embed.js', '/config.json'])(
    'pages of other origins can load %s',
    async (path) => {
      const { status, headers } = await get(path, elsewhere);
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    },
  );

  test('scripts with a hash in their names are kept for a year', async () => {
    const [script = ''] = /\/assets\/[\w-]+\.js/.exec(await (await get('/')).text()) ?? [];
    const { status, headers } = await get(script, elsewhere);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript']);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  test('config.json says where the APIs are', async () => {
    const config = (await (await get('/config.json')).json()) as Record<string, string>;
    expect(config).toEqual({ webSocketUrl: '/prod', eventsUrl: '/api/events' });
    expect((await get(`${config.eventsUrl}`)).status).toBe(200);
  });

  test('the HTTP API answers through it, with its own headers for pages of other origins', async () => {
    const { status, headers } = await get('/api/events?limit=1', elsewhere);
    expect(status).toBe(200);
    expect(headers.get('via')).toContain('CloudFront');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(((await (await get('/openapi.json')).json()) as { openapi: string }).openapi).toMatch(/^3\.1/);
  });

  test('what is not there is 404', async () => {
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/api/nothing')).status).toBe(404);
  });
});
