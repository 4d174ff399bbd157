import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { matchesPathPattern } from '../../local/cloudfront/path-pattern.ts';
import { type Mirrored, runEdge } from './edge/run-edge.ts';

const edge = runEdge();
const mirrored = async (path: string, init?: RequestInit) =>
  (await (await edge.get(path, init)).json()) as Mirrored;

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
describe('path patterns', () => {
  test.for([
    ['*.jpg', '/images/sample.jpg', true],
    ['*.jpg', '/LOGO.JPG', false],
    ['images/*.jpg', '/images/product1/a.jpg', true],
    ['/images/*.jpg', '/images/a.jpg', true],
    ['images/*.jpg', '/other/images/a.jpg', false],
    ['a*.jpg', '/apple.jpg', true],
    ['a*.jpg', '/appalachian_trail_2012_05_21.jpg', true],
    ['a*.jpg', '/banana.jpg', false],
    ['a??.jpg', '/ant.jpg', true],
    ['a??.jpg', '/apple.jpg', false],
    ['*.doc*', '/letter.doc', true],
    ['*.doc?', '/letter.doc', false],
    ['*.doc?', '/letter.docx', true],
    ['/api/*', '/api', false],
    ['/api/*', '/api/', true],
    ['/a.b', '/aXb', false],
    // Normalized for the comparison.
    ['/api/*', '//api///events', true],
    ['/api/*', '/api/../private', false],
    ['/private', '/api/./../private', true],
  ] as const)('%s and %s: %s', ([pattern, path, matches]) => {
    expect(matchesPathPattern(pattern, path)).toBe(matches);
  });

  test('the first behavior that matches counts, whatever the query string', async () => {
    // `/mirror/none/*` comes before `/mirror/*`, which forwards query strings.
    expect((await mirrored('/mirror/none/x?a=1')).query).toBe('');
    expect((await mirrored('/mirror/any?x=/mirror/none/x')).query).toBe('x=/mirror/none/x');
  });

  test('the origin is asked for the path as it was sent, below its origin path', async () => {
    expect((await mirrored('/mirror//a%20b')).path).toBe('/mirror//a b');
    expect((await mirrored('/behind/mirror/x')).path).toBe('/behind/behind/mirror/x');
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
test('the default root object is for the root alone', async () => {
  expect(await (await edge.get('/')).text()).toBe('<h1>index</h1>\n');
  expect(await (await edge.get('/folder/index.html')).text()).toBe('folder index\n');
  expect(await (await edge.get('/folder/')).text()).toBe('<h1>sorry</h1>\n');
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-403-invalid-method.html
test('a method that a behavior does not allow is 403', async () => {
  const refused = await edge.get('/a.txt', { method: 'POST', body: 'x' });
  expect(refused.status).toBe(403);
  expect(refused.headers.get('x-cache')).toBe('Error from cloudfront');
  expect(await refused.text()).toContain('not configured to allow the HTTP request method');
  expect((await edge.get('/a.txt', { method: 'HEAD' })).status).toBe(200);
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
describe('the origin gets', () => {
  const headers = {
    authorization: 'Bearer x',
    cookie: 'kept=1; other=2',
    'user-agent': 'tester',
    'x-one': '1',
    'x-two': '2',
  };

  test('next to nothing without an origin request policy', async () => {
    const { query, cookies, headers: sent } = await mirrored('/mirror/none/x?a=1&b=2', { headers });
    expect({ query, cookies }).toEqual({ query: '', cookies: undefined });
    expect(sent).toMatchObject({ 'user-agent': 'Amazon CloudFront', 'x-secret': 'of the edge' });
    expect(sent.via).toMatch(/^1\.1 [a-z0-9]+\.cloudfront\.net \(CloudFront\)$/);
    expect(sent['x-amz-cf-id']).toBeTruthy();
    expect(sent['x-forwarded-for']).toMatch(/^(127\.0\.0\.1|::1), /);
    expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(sent).not.toHaveProperty('x-one');
  });

  test('what its policies name', async () => {
    const { query, cookies, headers: sent } = await mirrored('/mirror/some/x?a=1&b=2&c=3', { headers });
    expect({ query, cookies }).toEqual({ query: 'a=1&b=2', cookies: ['kept=1'] });
    expect(sent).toMatchObject({
      authorization: 'Bearer x',
      'x-one': '1',
      'user-agent': 'Amazon CloudFront',
    });
    expect(sent).not.toHaveProperty('x-two');
  });

  test('everything by AllViewerExceptHostHeader, and headers of the edge', async () => {
    const { query, cookies, headers: sent } = await mirrored('/mirror/x?a=1&b=%20&a=2&c', { headers });
    expect({ query, cookies }).toEqual({ query: 'a=1&b=%20&a=2&c', cookies: ['kept=1', 'other=2'] });
    const { cookie: _, ...others } = headers;
    expect(sent).toMatchObject({ ...others, 'x-secret': 'of the edge' });
  });

  test('the header of the edge and not that of a client', async () => {
    expect((await mirrored('/mirror/x', { headers: { 'x-secret': 'guessed' } })).headers['x-secret']).toBe(
      'of the edge',
    );
  });

  test('bodies', async () => {
    const { method, body } = await mirrored('/mirror/x', {
      method: 'PATCH',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect({ method, body }).toEqual({ method: 'PATCH', body: '{"a":1}' });
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
describe('a response headers policy', () => {
  const headersOf = async (path: string, init?: RequestInit) =>
    Object.fromEntries((await edge.get(path, init)).headers);

  test('removes and adds, over the headers of the origin only with override', async () => {
    const headers = await headersOf('/mirror/headers/x');
    expect(headers).toMatchObject({ 'x-own': 'origin', 'x-new': 'policy', 'content-type': 'text/plain' });
    expect(headers).not.toHaveProperty('server');
  });

  test.for([
    ['https://a.example', 'https://a.example'],
    ['https://x.b.example', 'https://x.b.example'],
    ['https://b.example', undefined],
    ['http://a.example', undefined],
    [undefined, undefined],
  ] as const)('answers the origin %s with %s', async ([origin, allowed]) => {
    const headers = await headersOf('/mirror/headers/x', { headers: origin ? { origin } : {} });
    expect(headers['access-control-allow-origin']).toBe(allowed);
    expect(headers['access-control-allow-credentials']).toBe(allowed && 'true');
    expect(headers['access-control-allow-methods']).toBeUndefined();
  });

  test('answers preflights with methods and headers', async () => {
    const headers = await headersOf('/mirror/headers/x', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    });
    expect(headers).toMatchObject({
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'x-one',
    });
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
  test('may be AWS’s own', async () => {
    expect(await headersOf('/mirror/security/x')).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'x-xss-protection': '1; mode=block',
    });
    expect(await headersOf('/mirror/cors/x', { headers: { origin: 'https://a.example' } })).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*',
    });
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
describe('custom error responses', () => {
  test('replace the page and the status, also for the errors of an API', async () => {
    for (const path of ['/not/there', '/mirror/404']) {
      const answer = await edge.get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html');
      expect(await answer.text()).toBe('<h1>sorry</h1>\n');
    }
  });

  test('may have their page from an API, too', async () => {
    const answer = await edge.get('/mirror/414', { method: 'POST', body: 'x' });
    expect(answer.status).toBe(414);
    expect(await answer.json()).toMatchObject({ method: 'GET', path: '/mirror/sorry' });
  });

  test('whose page is not there give way to what its origin says', async () => {
    const answer = await edge.get('/mirror/405');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('NoSuchKey');
  });

  test('leave other errors alone', async () => {
    expect((await edge.get('/closed/none')).status).toBe(403);
  });
});

test('an origin that is not on this machine is 502', async () => {
  const answer = await edge.get('/nowhere/x');
  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain('origin.example.com does not run on this machine');
});

test('what no behavior names and an API has a route for is that API’s own, as at its own address', async () => {
  const { path, query, headers } = await mirrored('/own/x?a=1');
  expect({ path, query }).toEqual({ path: '/own/x', query: 'a=1' });
  expect(headers).not.toHaveProperty('via');
});

test('the addresses of the distribution in outputs are those of the local stack', () => {
  const { outputs, origin } = edge.stack();
  expect(outputs).toMatchObject({
    SiteUrl: `${origin}/`,
    AliasUrl: `${origin.replace('http', 'ws')}/prod`,
    OtherUrl: 'https://other.example.com/',
  });
});

test('a request on a connection is answered after one whose body nobody wanted', async () => {
  const statuses: (number | undefined)[] = [];
  const { hostname, port } = new URL(edge.stack().origin);
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (method: string, body: string) =>
    new Promise<void>((resolve, reject) => {
      const req = request({ hostname, port, path: '/a.txt', method, agent }, (res) => {
        statuses.push(res.statusCode);
        res.resume().on('end', resolve);
      });
      req.on('error', reject).end(body);
    });
  await send('POST', 'x'.repeat(100_000));
  await send('GET', '');
  agent.destroy();
  expect(statuses).toEqual([403, 200]);
});
