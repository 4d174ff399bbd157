import { expect, test } from 'vitest';
import { httpApi } from './gateway/resources.ts';
import { startGateway } from './gateway/start-gateway.ts';

const origin = 'https://chat.example';
const cors = {
  AllowOrigins: [origin],
  AllowMethods: ['GET', 'POST'],
  AllowHeaders: ['content-type'],
  ExposeHeaders: ['x-own'],
  MaxAge: 3600,
  AllowCredentials: true,
};
const routes = { 'GET /rooms': 'rooms' };

const corsHeaders = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

const preflight = (url: string, from = origin) =>
  fetch(url, { method: 'OPTIONS', headers: { Origin: from, 'Access-Control-Request-Method': 'GET' } });

test('the API answers a preflight itself, without route or Lambda', async () => {
  const { http, functions } = await startGateway(httpApi({ routes: { $default: 'rooms' }, cors }));
  const response = await preflight(`${http}/anything`);
  expect(response.ok).toBe(true);
  expect(corsHeaders(response)).toEqual({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'content-type',
    'access-control-expose-headers': 'x-own',
    'access-control-allow-credentials': 'true',
    'access-control-max-age': '3600',
  });
  expect(functions.events('rooms').waiting).toEqual([]);
});

test('an origin that is not allowed gets no CORS headers', async () => {
  const { http } = await startGateway(httpApi({ routes, cors }));
  expect(corsHeaders(await preflight(http, 'https://other.example'))).toEqual({});
  const response = await fetch(`${http}/rooms`, { headers: { Origin: 'https://other.example' } });
  expect(corsHeaders(response)).toEqual({});
});

test('the API puts its own CORS headers in the place of those of the Lambda', async () => {
  const { http, functions } = await startGateway(httpApi({ routes, cors: { AllowOrigins: ['*'] } }));
  functions.on('rooms', () => ({
    statusCode: 200,
    headers: { 'Access-Control-Allow-Origin': 'https://from.lambda', 'Access-Control-Max-Age': '1' },
  }));
  const response = await fetch(`${http}/rooms`, { headers: { Origin: origin } });
  expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': '*' });
});

test('errors of the API have CORS headers', async () => {
  const { http } = await startGateway(httpApi({ routes, cors }));
  const response = await fetch(`${http}/other`, { headers: { Origin: origin } });
  expect(response.status).toBe(404);
  expect(response.headers.get('access-control-allow-origin')).toBe(origin);
});

test('without a CORS configuration preflights and headers are the business of the Lambda', async () => {
  const { http, functions } = await startGateway(httpApi({ routes: { 'OPTIONS /rooms': 'rooms' } }));
  functions.on('rooms', () => ({ statusCode: 204, headers: { 'Access-Control-Allow-Origin': origin } }));
  expect(corsHeaders(await preflight(`${http}/rooms`))).toEqual({ 'access-control-allow-origin': origin });
  expect((await functions.events('rooms').next()).routeKey).toBe('OPTIONS /rooms');
});
