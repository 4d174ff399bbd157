import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { asyncApiDocument } from '../../functions/http/asyncapi-document.ts';
import { openApiDocument } from '../../functions/http/openapi-document.ts';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { httpRoutes } from '../../shared/protocol/http-routes.ts';
import { serverToClient } from '../../shared/protocol/server-to-client.ts';
import { referencePage } from '../../web/reference/html.ts';
import { root } from '../support/doc-pages.ts';

const addresses = { style: '/reference.css', icon: '/icon.svg' };
const page = referencePage(openApiDocument('token'), asyncApiDocument(), addresses);
const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

test('every action, event and route of the API has an anchor of its own', () => {
  const { openapi, asyncapi, ...routes } = httpRoutes;
  const expected = [
    ...Object.keys({ ...clientToServer, ...serverToClient }).map((name) => `websocket-${name}`),
    ...Object.keys(routes).map((name) => `http-${name}`),
  ];
  expect(anchors).toEqual(expect.arrayContaining(expected));
  expect(new Set(anchors).size).toBe(anchors.length);
});

test('every link within the page leads somewhere', () => {
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(anchors.length);
  expect(links.filter((id) => !anchors.includes(id))).toEqual([]);
});

test('fields have their types, their limits and what they mean', () => {
  const ofJoinEvent = page.slice(
    page.indexOf('id="websocket-joinEvent"'),
    page.indexOf('id="websocket-sendMessage"'),
  );
  const text = ofJoinEvent.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  expect(text).toContain('username string 1 to 32 characters');
  expect(text).toContain('after optional integer Have the history begin after this seq');
  expect(text).toContain('event Event');
  expect(text).toContain('can.moderate boolean');
});

test('text of the documents is text', () => {
  const summary = '<img src=x onerror=alert(1)> & `<b>`';
  const operation = { operationId: 'a"b', summary, tags: ['Events'], security: [], responses: {} };
  const openapi = {
    info: { description: summary },
    tags: [{ name: 'Events' }],
    paths: { '/<i>': { get: operation } },
    components: { schemas: {} },
  };
  const hostile = referencePage(openapi, asyncApiDocument(), addresses);
  expect(hostile).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; <code>&lt;b&gt;</code>');
  expect(hostile).toContain('id="http-a&quot;b"');
  expect(hostile).not.toMatch(/<(img|b|i)>?[ >]/);
});

test('the page is small and has no script', () => {
  const style = readFileSync(join(root, 'web/reference/reference.css'), 'utf8');
  expect(gzipSync(page + style).length).toBeLessThan(40 * 1024);
  expect(page).not.toMatch(/<script|<style| style=| on\w+=/);
});
