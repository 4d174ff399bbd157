import { describe, expect, test } from 'vitest';
import { EdgeFunction } from '../../local/cloudfront/edge-function.ts';
import {
  changedAnswer,
  changedRequest,
  requestObject,
  responseObject,
} from '../../local/cloudfront/function-event.ts';
import type { EdgeRequest } from '../../local/cloudfront/message.ts';
import { type Mirrored, runEdge } from './edge/run-edge.ts';

const edge = runEdge();

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
describe('the runtime', () => {
  const run = (code: string, runtime = 'cloudfront-js-2.0', logged: string[] = []) =>
    new EdgeFunction({ code, runtime }, (line) => logged.push(line)).run({ request: { uri: '/x' } });
  const returns = (expression: string) => `function handler(event) { return ${expression}; }`;

  test('calls handler with the event', async () => {
    expect(await run(returns('event.request'))).toEqual({ uri: '/x' });
    expect(await run('async function handler(event) { return await event.request; }')).toEqual({ uri: '/x' });
  });

  test.for(['setTimeout', 'setInterval', 'fetch', 'process', 'XMLHttpRequest', 'global', 'module'])(
    'has no %s',
    async (name) => {
      expect(await run(returns(`typeof ${name}`))).toBe('undefined');
    },
  );

  test.for(['eval("1")', 'new Function("return 1")()', 'require("fs")', 'undeclared = 1', 'missing'])(
    'fails at %s',
    async (expression) => {
      await expect(run(returns(expression))).rejects.toThrow();
    },
  );

  test('has the modules crypto and querystring, buffer in 2.0 alone, and its own globals', async () => {
    const hash = 'require("crypto").createHash("md5").update("x").digest("hex")';
    expect(await run(returns(hash), 'cloudfront-js-1.0')).toBe('9dd4e461268c8034f5c8564e155c67a6');
    expect(await run(returns('require("querystring").stringify({ a: 1 })'))).toBe('a=1');
    expect(await run(returns('require("buffer").Buffer.from("x").toString("hex")'))).toBe('78');
    await expect(run(returns('require("buffer")'), 'cloudfront-js-1.0')).rejects.toThrow(
      'Cannot find module',
    );
    expect(await run(returns('atob(btoa("x"))'))).toBe('x');
  });

  test('has no promises in 1.0', async () => {
    const code = 'async function handler(event) { return event.request; }';
    await expect(run(code, 'cloudfront-js-1.0')).rejects.toThrow('has no promises');
  });

  test('keeps nothing between requests', async () => {
    const counter = new EdgeFunction(
      { code: 'let count = 0; function handler() { return ++count; }', runtime: 'cloudfront-js-2.0' },
      () => {},
    );
    expect([await counter.run({}), await counter.run({})]).toEqual([1, 1]);
  });

  test('ends a function that runs too long', async () => {
    await expect(run('function handler() { for (;;); }')).rejects.toThrow('timed out');
  });

  test('says what functions log', async () => {
    const logged: string[] = [];
    await run(
      'function handler(event) { console.log("at", event.request.uri); return event.request; }',
      undefined,
      logged,
    );
    expect(logged).toEqual(['CloudFront function: at /x']);
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
describe('the request object', () => {
  const request: EdgeRequest = {
    method: 'GET',
    uri: '/media/index.mpd',
    query: 'ID=42&Exp=1619740800&NoValue=&querymv=val1&querymv=val2,val3',
    headers: [
      ['Host', 'video.example.com'],
      ['Accept', 'application/json'],
      ['Accept', 'text/html'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Cookie', 'Cookie1=value1; cookiemv=value3; cookiemv=value4'],
    ],
  };

  test('has the shape of the documentation', () => {
    expect(requestObject(request)).toEqual({
      method: 'GET',
      uri: '/media/index.mpd',
      querystring: {
        ID: { value: '42' },
        Exp: { value: '1619740800' },
        NoValue: { value: '' },
        querymv: { value: 'val1', multiValue: [{ value: 'val1' }, { value: 'val2,val3' }] },
      },
      headers: {
        host: { value: 'video.example.com' },
        accept: {
          value: 'application/json',
          multiValue: [{ value: 'application/json' }, { value: 'text/html' }],
        },
      },
      cookies: {
        Cookie1: { value: 'value1' },
        cookiemv: { value: 'value3', multiValue: [{ value: 'value3' }, { value: 'value4' }] },
      },
    });
  });

  test('that comes back as it was changes nothing', () => {
    expect(changedRequest(request, requestObject(request))).toEqual(request);
  });

  test('changes path, query string, headers and cookies; hidden headers stay', () => {
    const changed = requestObject(request);
    changed.headers['x-custom-header'] = { value: 'example value' };
    delete changed.cookies.cookiemv;
    expect(changedRequest(request, { ...changed, uri: '/new', querystring: { a: { value: 'b' } } })).toEqual({
      method: 'GET',
      uri: '/new',
      query: 'a=b',
      headers: [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
        ['Host', 'video.example.com'],
        ['Accept', 'application/json'],
        ['Accept', 'text/html'],
        ['X-Custom-Header', 'example value'],
        ['Cookie', 'Cookie1=value1'],
      ],
    });
  });

  test.for([
    ['another method', { method: 'PUT' }],
    ['a relative path', { uri: 'x' }],
    ['a name in upper case', { headers: { 'X-One': { value: '1' } } }],
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
    ['a header that functions may not add', { headers: { 'x-cache': { value: '1' } } }],
    ['a header without a value', { headers: { 'x-one': '1' } }],
  ] as const)('is refused with %s', ([, change]) => {
    expect(() => changedRequest(request, { ...requestObject(request), ...change })).toThrow();
  });
});

test('the response object collapses cookies, and gives them back', () => {
  const answer = {
    status: 200,
    headers: { 'content-type': 'text/plain', 'set-cookie': ['a=1; Path=/', 'a=2', 'b=3'], 'x-cache': 'Miss' },
    body: Buffer.from('x'),
  };
  expect(responseObject(answer)).toEqual({
    statusCode: 200,
    headers: { 'content-type': { value: 'text/plain' } },
    cookies: {
      a: {
        value: '1',
        attributes: 'Path=/',
        multiValue: [{ value: '1', attributes: 'Path=/' }, { value: '2' }],
      },
      b: { value: '3' },
    },
  });
  expect(changedAnswer(answer, responseObject(answer))).toEqual({
    ...answer,
    headers: { ...answer.headers, 'x-cache': ['Miss'] },
  });
});

describe('in front of the origin', () => {
  test('a function changes the request, but not its behavior and its origin', async () => {
    const answer = await edge.get('/rewrite?z=1', { headers: { cookie: 'old=1' } });
    const { path, query, headers, cookies } = (await answer.json()) as Mirrored;
    expect({ path, query, cookies }).toEqual({
      path: '/mirror/rewritten',
      query: 'z=1&added=x',
      cookies: ['old=1', 'fresh=1'],
    });
    expect(headers['x-from-function']).toMatch(/^(127\.0\.0\.1|::1)$/);
    // The path that it has now would match a behavior with another policy: the one of the first path counts.
    expect(headers['x-secret']).toBe('of the edge');
  });

  test('a function answers itself', async () => {
    const answer = await edge.get('/redirect');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/a.txt');
    expect(answer.headers.get('set-cookie')).toBe('seen=/redirect; Secure; Path=/');
    expect(await answer.text()).toBe('base64');
  });

  test('a function that throws is 503, one that returns nonsense 502', async () => {
    expect((await edge.get('/fails')).status).toBe(503);
    expect((await edge.get('/forbidden')).status).toBe(502);
    expect((await edge.get('/relative')).status).toBe(502);
    expect(edge.logged.filter((line) => line.includes('failed: ReferenceError: missing'))).toHaveLength(1);
  });
});

describe('behind the origin', () => {
  test('a function changes the headers of the response and leaves its body', async () => {
    const answer = await edge.get('/a.txt');
    expect(answer.headers.get('x-status')).toBe('200');
    expect(answer.headers.get('cache-control')).toBe('max-age=1');
    expect(await answer.text()).toBe('first\n');
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html#function-restrictions-status-codes
  test('a function is not called for errors', async () => {
    const answer = await edge.get('/a.txt', { method: 'POST', body: 'x' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-status')).toBeNull();
  });
});
