import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Event, Message, Participant } from '../../shared/protocol/entities.ts';
import { createEvent } from '../support/chat.ts';
import { findBrowser, launchBrowser } from './find-browser.ts';
import { type PagePath, startSite } from './site.ts';
import { type ClientOptions, type Reply, Tab } from './tab.ts';

const executablePath = findBrowser();

let browser: Browser;
let site: Awaited<ReturnType<typeof startSite>>;
/** Two pages of one browser context, and one of another; each test loads its site anew. */
let [first, second, elsewhere]: Page[] = [];

beforeAll(async () => {
  if (!executablePath) return;
  site = await startSite();
  browser = await launchBrowser(executablePath);
  const [one, other] = [await browser.newContext(), await browser.newContext()];
  [first, second, elsewhere] = [await one.newPage(), await one.newPage(), await other.newPage()];
});

afterEach(async () => {
  await first?.context().setOffline(false);
  // Ends their connections.
  await Promise.all([first, second, elsewhere].map((page) => page?.goto('about:blank')));
});

afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

const stage = new URL(inject('chatUrl'));
// By its address: on `localhost` the client takes no notice of the network's going.
const origin = stage.origin.replace(/^ws/, 'http').replace('//localhost:', '//127.0.0.1:');
const transports = ['websocket'];

/** Where the chat is for a client. The edge is not part of what `CHAT_URL` names. */
const addresses: Record<string, ClientOptions> = {
  ...(!inject('isDeployed') && { 'default options': { transports } }),
  'the stage': { path: stage.pathname, addTrailingSlash: false, transports },
};

const wires = (['/umd', '/esm'] as const).flatMap((pagePath) =>
  Object.entries(addresses).map(([address, options]) => [pagePath, address, options] as const),
);

interface Joined {
  event: Event;
  participant: Participant;
  latestSeq: number;
  participantToken: string;
}

const sent = (text: string) => ({ ok: true, message: expect.objectContaining({ text }) });
const names = (people: readonly Participant[]) => people.map(({ username }) => username).sort();
const bySeq = (messages: readonly Message[]) => [...new Map(messages.map((m) => [m.seq, m.text])).values()];

describe.for(wires)('the bundle of %s at %s', { skip: !executablePath }, ([pagePath, , options]) => {
  test('joins with an acknowledgement and gets the history', async () => {
    const eventId = await createEvent('A test');
    const tab = await openTab(first, pagePath, options);
    expect(await tab.args('connect')).toEqual([{ id: expect.any(String), recovered: false }]);
    expect(await tab.emit<Joined>('joinEvent', { eventId, username: 'ana' })).toEqual({
      ok: true,
      event: expect.objectContaining({ id: eventId, name: 'A test' }),
      participant: expect.objectContaining({ username: 'ana' }),
      latestSeq: 0,
      participantToken: expect.any(String),
      can: { send: true, moderate: false, operate: false },
    });
    const { messages, participants } = await tab.next('eventHistory');
    expect([messages, names(participants)]).toEqual([[], ['ana']]);
  });

  test('chats between two tabs', async () => {
    const eventId = await createEvent();
    const ana = await enter(await openTab(first, pagePath, options), eventId, 'ana');
    const ben = await enter(await openTab(second, pagePath, options), eventId, 'ben');
    expect((await ana.next('userJoined')).participant?.username).toBe('ben');

    expect(await ben.emit('typing', { isTyping: true })).toEqual({ ok: true });
    expect(await ana.next('userTyping')).toMatchObject({ participant: { username: 'ben' }, isTyping: true });
    expect(await ben.emitWithAck('sendMessage', { text: 'hello' })).toEqual(sent('hello'));
    expect(await ana.emitWithAck('sendMessage', { text: 'hi ✓' })).toEqual(sent('hi ✓'));
    for (const tab of [ana, ben]) {
      expect(await tab.next('newMessage')).toMatchObject({ text: 'hello', participant: { username: 'ben' } });
      expect(await tab.next('newMessage')).toMatchObject({ text: 'hi ✓', participant: { username: 'ana' } });
    }

    await ben.socket.evaluate((socket) => socket.disconnect().connected);
    expect((await ana.next('userLeft')).participant?.username).toBe('ben');
  });

  test('is told in the acknowledgement what was refused', async () => {
    const tab = await openTab(first, pagePath, options);
    expect(await tab.emitWithAck('sendMessage', { text: 'hello' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_JOINED' },
    });
  });

  test('spreads batches with the line of the contract', async () => {
    const eventId = await createEvent();
    const batched = { ...options, query: { batch: '1' } };
    const ana = await enter(await openTab(first, pagePath, batched), eventId, 'ana');
    const ben = await enter(await openTab(second, pagePath, options), eventId, 'ben');
    expect(await ben.emitWithAck('sendMessage', { text: 'hello' })).toEqual(sent('hello'));
    expect((await ana.next('newMessage')).text).toBe('hello');
    expect((await ben.next('newMessage')).text).toBe('hello');
    const batches = (tab: Tab) => tab.transcript.entries.filter(({ event }) => event === 'batch').length;
    expect(batches(ana)).toBeGreaterThan(0);
    expect(batches(ben)).toBe(0);
  });

  test('is refused another namespace with connect_error', async () => {
    const tab = await openTab(first, pagePath, options, '/admin');
    expect(await tab.args('connect_error')).toEqual(['Invalid namespace']);
  });

  test('recovers what it missed while the network was gone', async () => {
    const { ana, ben } = await company(pagePath, options);
    await ana.page.context().setOffline(true);
    expect(await ana.args('disconnect')).toEqual(['transport close']);
    const texts = await say(ben, 20);
    await ana.page.context().setOffline(false);
    await expectRecovery(ana, texts);
  });

  test('recovers what it missed after its connection was lost', async () => {
    const { ana, ben } = await company(pagePath, options);
    await ana.socket.evaluate(({ io }) => {
      // Below the client, as when an idle connection is closed; the client's own close would be told the server.
      (io.engine.transport as unknown as { ws: { close(): void } }).ws.close();
    });
    expect(await ana.args('disconnect')).toEqual(['transport close']);
    await expectRecovery(ana, await say(ben, 20));
  });
});

function openTab(page: Page | undefined, pagePath: PagePath, options: ClientOptions, namespace = '') {
  if (!page) throw new Error('There is no browser');
  return Tab.open(page, { pageUrl: site.origin + pagePath, chatUrl: origin + namespace, options });
}

async function enter(tab: Tab, eventId: string, username: string): Promise<Tab> {
  await tab.args('connect');
  expect(await tab.emit('joinEvent', { eventId, username })).toMatchObject({ ok: true });
  await tab.next('eventHistory');
  return tab;
}

/** Ana and Ben in contexts of their own; both have seen a first message. */
async function company(pagePath: PagePath, options: ClientOptions) {
  const eventId = await createEvent();
  const ana = await enter(await openTab(first, pagePath, options), eventId, 'ana');
  const ben = await enter(await openTab(elsewhere, pagePath, options), eventId, 'ben');
  await say(ben, 1);
  await ana.next('newMessage');
  return { ana, ben };
}

async function say(tab: Tab, count: number): Promise<string[]> {
  const texts = Array.from({ length: count }, (_, i) => `message ${i + 1} of ${count}`);
  for (const text of texts) expect(await patiently(tab, text)).toEqual(sent(text));
  return texts;
}

/** Waits and tries again while a message is refused as too fast, which a deployed chat does. */
async function patiently(tab: Tab, text: string): Promise<Reply> {
  for (;;) {
    const reply = await tab.emitWithAck('sendMessage', { text });
    const waitMs = reply.ok ? undefined : reply.error.retryAfterMs;
    if (waitMs === undefined) return reply;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function expectRecovery(tab: Tab, texts: readonly string[]): Promise<void> {
  expect(await tab.args('connect')).toEqual([{ id: expect.any(String), recovered: true }]);
  await tab.transcript.until('every message', () => bySeq(tab.messages()).length > texts.length);
  expect(bySeq(tab.messages()).slice(1)).toEqual(texts);
  expect(await tab.emitWithAck('sendMessage', { text: 'back' })).toEqual(sent('back'));
}
