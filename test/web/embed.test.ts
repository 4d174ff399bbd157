import { describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../local/loopback.ts';
import { createEvent, enter } from '../support/chat.ts';
import { executablePath, origin, Visitor } from './visitor.ts';

/** A page of another origin that embeds the chat with two lines. */
async function siteWith(attributes: string) {
  const server = await listenOnLoopback(
    0,
    (_, res) => {
      res
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(`<!doctype html><html lang="en"><title>A site</title>
<link rel="icon" href="data:,"><main><h1>A site</h1>
<script type="module" src="${origin()}/embed.js"></script>
<live-event-chat src="${origin()}" ${attributes}></live-event-chat></main>`);
    },
    (_, socket) => socket.destroy(),
  );
  return { origin: `http://localhost:${server.port}`, [Symbol.asyncDispose]: () => server.close() };
}

describe('<live-event-chat>', { skip: !executablePath }, () => {
  test('is a chat in a page of another origin', async () => {
    const eventId = await createEvent();
    await using site = await siteWith(`event="${eventId}" username="ana"`);
    const ana = await Visitor.open(site.origin);
    await ana.isIn('Live');
    const ben = await enter(eventId, 'ben');
    await ben.request('sendMessage', { text: 'hello' });
    await ana.sees('hello');
    await ana.say('hi from a site');
    expect((await ben.next('newMessage')).text).toBe('hello');
    expect((await ben.next('newMessage')).text).toBe('hi from a site');
    expect(await ana.violations()).toEqual([]);
  });

  test('asks for a name where it has none', async () => {
    const eventId = await createEvent();
    await using site = await siteWith(`event="${eventId}"`);
    const ana = await Visitor.open(site.origin);
    await ana.join('ana');
  });

  test('is only to be read, if it is told so', async () => {
    const eventId = await createEvent();
    await using site = await siteWith(`event="${eventId}" readonly`);
    const ana = await Visitor.open(site.origin);
    await ana.isIn('Live');
    const ben = await enter(eventId, 'ben');
    await ben.request('sendMessage', { text: 'hello' });
    await ana.sees('hello');
    await ana.button('1 person, 1 watching').waitFor();
    expect(await ana.field.count()).toBe(0);
  });

  test('takes colours from the page', async () => {
    const eventId = await createEvent();
    await using site = await siteWith(
      `event="${eventId}" username="ana" theme="dark" style="--chat-accent: rgb(1, 2, 3)"`,
    );
    const ana = await Visitor.open(site.origin);
    await ana.isIn('Live');
    await ana.field.fill('text');
    const { accent, scheme } = await ana.button('Send').evaluate((button) => {
      const { backgroundColor, colorScheme } = getComputedStyle(button);
      return { accent: backgroundColor, scheme: colorScheme };
    });
    expect({ accent, scheme }).toEqual({ accent: 'rgb(1, 2, 3)', scheme: 'dark' });
  });
});
