import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import type { Frame } from '../../client/index.ts';
import { ChatProvider, useRoom } from '../../client/react.ts';
import { listenOnLoopback } from '../../local/loopback.ts';
import { findBrowser, sharedBrowser } from '../browser/find-browser.ts';
import { createEvent, enter as enterDirectly } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { openChat } from './rooms.ts';

const executablePath = findBrowser();
let site: { origin: string; stop(): Promise<void> };

beforeAll(async () => {
  if (!executablePath) return;
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('react-page.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    // Strict mode is for development only.
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  const [script] = outputFiles;
  const server = await listenOnLoopback(
    0,
    (req, res) => {
      const isScript = req.url === '/page.js';
      res.writeHead(200, { 'content-type': `text/${isScript ? 'javascript' : 'html'}; charset=utf-8` });
      res.end(
        isScript ? script?.text : '<!doctype html><title>Chat</title><body><script src="/page.js"></script>',
      );
    },
    (_, socket) => socket.destroy(),
  );
  site = { origin: `http://localhost:${server.port}`, stop: () => server.close() };
});
afterAll(() => site?.stop());

/** The page, and somebody else who is in its event. */
async function openPage(): Promise<{ page: Page; ben: ChatClient; said: string[] }> {
  const eventId = await createEvent();
  const ben = await enterDirectly(eventId, 'ben');
  const context = await (await sharedBrowser(`${executablePath}`)).newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  // On `localhost` a browser takes no notice of its network's going.
  const url = inject('chatUrl').replace('//localhost:', '//127.0.0.1:');
  await page.goto(`${site.origin}/?${new URLSearchParams({ url, eventId })}`);
  await page.locator('#status', { hasText: 'live' }).waitFor();
  return { page, ben, said };
}

/** The actions that the page has asked for, joins and leaves. */
const comingsAndGoings = async (page: Page): Promise<string[]> => {
  const frames: Frame[] = await page.evaluate('frames');
  return frames
    .map(({ content }) => (content as { action?: string }).action ?? '')
    .filter((action) => ['joinEvent', 'leaveEvent'].includes(action));
};

test('in strict mode a room is joined once, by all components together', {
  skip: !executablePath,
}, async () => {
  const { page, ben, said } = await openPage();
  expect((await ben.next('userJoined')).participant?.username).toBe('ana');
  await page.locator('#count', { hasText: '2' }).waitFor();
  await page.locator('#people', { hasText: 'ben,ana' }).waitFor();
  await ben.say('hello');
  await page.locator('li', { hasText: 'hello (sent)' }).waitFor();
  await page.locator('input').fill('hi');
  expect(await ben.next('userTyping')).toMatchObject({ participant: { username: 'ana' }, isTyping: true });
  await page.locator('input').press('Enter');
  expect((await ben.next('newMessage')).text).toBe('hello');
  expect((await ben.next('newMessage')).text).toBe('hi');
  await page.locator('li', { hasText: 'hi (sent)' }).waitFor();
  expect(await comingsAndGoings(page)).toEqual(['joinEvent']);
  expect(said).toEqual([]);
});

test('another name renames', { skip: !executablePath }, async () => {
  const { page, ben } = await openPage();
  await ben.next('userJoined');
  await page.evaluate('setUsername("anna")');
  expect((await ben.next('userLeft')).participant?.username).toBe('ana');
  expect((await ben.next('userJoined')).participant?.username).toBe('anna');
  await page.locator('#people', { hasText: 'anna' }).waitFor();
});

test('a room is left when nobody shows it, but not by a component that comes back', {
  skip: !executablePath,
}, async () => {
  const { page, ben, said } = await openPage();
  await ben.next('userJoined');
  await page.evaluate('setShown(false); requestAnimationFrame(() => setTimeout(() => setShown(true)))');
  await page.locator('#status', { hasText: 'live' }).waitFor();
  await ben.say('still here?');
  await page.locator('li', { hasText: 'still here?' }).waitFor();
  expect(await comingsAndGoings(page)).toEqual(['joinEvent']);
  await page.evaluate('setShown(false)');
  expect((await ben.next('userLeft')).participant?.username).toBe('ana');
  expect(await comingsAndGoings(page)).toEqual(['joinEvent', 'leaveEvent']);
  await page.evaluate('setShown(true)');
  expect((await ben.next('userJoined')).participant?.username).toBe('ana');
  await page.locator('li', { hasText: 'still here?' }).waitFor();
  expect(said).toEqual([]);
});

test('offline and back: what was written meanwhile, here and there', { skip: !executablePath }, async () => {
  const { page, ben } = await openPage();
  await ben.next('userJoined');
  await page.context().setOffline(true);
  await page.locator('#status', { hasText: 'reconnecting' }).waitFor();
  await ben.say('are you there?');
  await page.locator('input').fill('I was away');
  await page.locator('input').press('Enter');
  await page.locator('li', { hasText: 'I was away (sending)' }).waitFor();
  await page.context().setOffline(false);
  await page.locator('li', { hasText: 'I was away (sent)' }).waitFor();
  const shown = await page.locator('li').allTextContents();
  expect(shown).toEqual(['are you there? (sent)', 'I was away (sent)']);
});

test('a server renders a room as one that connects, and joins nothing', () => {
  const seen: string[] = [];
  const chat = openChat({ onFrame: () => seen.push('a frame') });
  const Status = () => createElement('p', {}, useRoom('an-event', { username: 'ana' }).status);
  expect(renderToString(createElement(ChatProvider, { chat }, createElement(Status)))).toBe(
    '<p>connecting</p>',
  );
  expect(() => renderToString(createElement(Status))).toThrow('ChatProvider');
  expect(seen).toEqual([]);
});
