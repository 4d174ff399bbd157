import { Parser } from '@asyncapi/parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { asyncApiDocument } from '../../functions/http/asyncapi-document.ts';
import { openApiDocument } from '../../functions/http/openapi-document.ts';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { httpRoutes } from '../../shared/protocol/http-routes.ts';
import { serverToClient } from '../../shared/protocol/server-to-client.ts';

/** The documents of both APIs, as their own validators see them. */

test.for(['token', 'iam'] as const)('/openapi.json with %s is lint-clean', async (credentials) => {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const source = JSON.stringify(openApiDocument(credentials));
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  const seen = problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`,
  );
  expect(seen).toEqual([]);
});

test('every route is described, under its own name', () => {
  const { paths } = openApiDocument('token') as { paths: Record<string, Record<string, Operation>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security }]) => [
      operationId,
      { method, path, isOpen: security.length === 0 },
    ]),
  );
  const { openapi, asyncapi, ...routes } = httpRoutes;
  const served = Object.entries(routes).map(([name, { method, path, access }]) => [
    name,
    { method, path, isOpen: access === 'everybody' },
  ]);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(served));
});

interface Operation {
  operationId: string;
  security: object[];
}

test('/asyncapi.json is valid', async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument()));
  const seen = diagnostics
    // We stay with 3.0, for which there are more tools.
    .filter(({ code }) => code !== 'asyncapi-latest-version')
    .map(({ code, message, path }) => `${code}: ${message} ${path.join('/')}`);
  expect(seen).toEqual([]);
  expect(document?.version()).toBe('3.0.0');
  const operations = document?.operations().all() ?? [];
  const named = (action: string) =>
    operations.filter((operation) => operation.action() === action).map((operation) => operation.id());
  expect(named('receive').sort()).toEqual(Object.keys(clientToServer).sort());
  expect(named('send').sort()).toEqual(Object.keys(serverToClient).sort());
});

test('the schemas of /asyncapi.json take what the server takes', async () => {
  const { document } = await new Parser().parse(JSON.stringify(asyncApiDocument()));
  const payloadOf = (message: string) => document?.allMessages().get(message)?.payload()?.json();
  expect(payloadOf('joinEvent')).toMatchObject({
    required: ['action', 'data'],
    properties: {
      action: { const: 'joinEvent' },
      data: { required: ['eventId', 'username'], properties: { username: { maxLength: 32 } } },
    },
  });
  expect(payloadOf('ping')).toMatchObject({ required: ['action'] });
  expect(payloadOf('newMessage')).toMatchObject({
    properties: { data: { allOf: [{ required: expect.arrayContaining(['seq', 'text', 'participant']) }] } },
  });
});
