import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { AUDIENCE } from '../../local/issuer.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { connect, http, refusal } from '../support/chat.ts';
import type { ChatClient, Refused } from '../support/chat-client.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';
import { connectSocket, socketClient } from '../support/sockets.ts';
import { badTokens, bearer, newEvent, token, withToken } from '../support/tokens.ts';

/** What becomes of requests of somebody who watches: `ok` or a code. */
const outcomes = {
  ping: {},
  getActiveEvents: {},
  getHistory: {},
  watchEvent: {},
  sendMessage: { text: 'hm' },
  typing: { isTyping: true },
  deleteMessage: { seq: 1 },
  kick: { subject: 'nobody' },
  ban: { subject: 'nobody' },
  unban: { subject: 'nobody' },
  updateEvent: { paused: true },
  noSuchAction: {},
  joinEvent: { username: 'mallory' },
  leaveEvent: {},
};

type Ask = (action: string, data: object) => Promise<string>;

async function outcomesOf(ask: Ask, eventId: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [action, data] of Object.entries(outcomes))
    found[action] = await ask(action, { ...data, eventId });
  return found;
}

const askJson =
  (client: ChatClient): Ask =>
  (action, data) =>
    client.request(action, data).then(
      () => 'ok',
      ({ code }: Refused) => code,
    );

const isAllowed = { ping: 'ok', getActiveEvents: 'ok', getHistory: 'ok', watchEvent: 'ok', leaveEvent: 'ok' };
const all = (outcome: string) => Object.fromEntries(Object.keys(outcomes).map((action) => [action, outcome]));

test('with a token, a viewer has no rights in the event, whatever the token gives', async () => {
  const eventId = await newEvent({ hosts: [{ subject: 'hugo' }] });
  for (const claims of [{ sub: 'vic' }, { sub: 'hugo' }, { sub: 'olga', scope: 'chat:operate' }] as Record<
    string,
    string
  >[]) {
    const client = await connect(withToken(await token(claims)));
    await client.request('watchEvent', { eventId });
    expect(await outcomesOf(askJson(client), eventId)).toEqual({
      ...all('NOT_JOINED'),
      ...isAllowed,
      noSuchAction: 'UNKNOWN_ACTION',
      joinEvent: 'ok',
    });
  }
});

test('who is banned by their token may not watch, and is sent away while they do', async () => {
  const eventId = await newEvent();
  const bob = await connect(withToken(await token({ sub: 'bob' })));
  await bob.request('watchEvent', { eventId });
  await bob.next('eventHistory');
  const headers = bearer(await token({ sub: 'olga', scope: 'chat:operate' }));
  await http(`/${eventId}/bans`, { method: 'POST', body: { subject: 'bob' }, headers });
  expect(await bob.next('kicked')).toMatchObject({ eventId, banned: true });
  const back = await connect(withToken(await token({ sub: 'bob' })));
  expect(await refusal(back.request('watchEvent', { eventId }))).toMatchObject({ code: 'FORBIDDEN' });
  await expect.poll(async () => (await http(`/${eventId}`)).body.viewerCount).toBe(0);
});

describe('where viewers need no token', () => {
  let stack: RunningChat;
  let eventId: string;
  const url = () => `${stack.outputs.WebSocketUrl}`;
  const eventsUrl = () => `${stack.outputs.EventsUrl}`;

  beforeAll(async () => {
    const issuer = { 'auth.issuer': inject('issuerUrl'), 'auth.audience': AUDIENCE };
    stack = await runChatHere({ ...unlimited, ...issuer }, { forFunctions: { 'auth.viewers': 'open' } });
    eventId = await newEvent({}, { eventsUrl: eventsUrl() });
  });
  afterAll(() => stack.stop());

  const expected = { ...all('UNAUTHORIZED'), ...isAllowed };

  test('without one, they can watch and nothing else, on JSON', async () => {
    const client = await connect(url());
    await client.request('watchEvent', { eventId });
    expect(await outcomesOf(askJson(client), eventId)).toEqual(expected);
    // Whoever was refused watches on.
    await client.request('watchEvent', { eventId });
    const ana = await connect(withToken(await token({ sub: 'ana' }), url()));
    await ana.join(eventId, '');
    await ana.say('hello');
    expect(await client.next('newMessage')).toMatchObject({ text: 'hello' });
  });

  test('and on Socket.IO', async () => {
    const client = await connectSocket({ reconnection: false }, url());
    const ask: Ask = async (action, data) => (await client.ask(action, data)).error?.code ?? 'ok';
    expect(await ask('watchEvent', { eventId })).toBe('ok');
    expect(await outcomesOf(ask, eventId)).toEqual(expected);
    expect(client.socket.connected).toBe(true);
  });

  test('somebody who shows a token is who it says, or is refused', async () => {
    const { 'no token': _none, ...bad } = await badTokens();
    for (const shown of Object.values(bad)) {
      await expect(connect(withToken(`${shown}`, url()))).rejects.toThrow('401');
      const refused = socketClient({ auth: { token: shown }, reconnection: false }, url());
      expect(await refused.hears('connect_error')).toMatchObject({ data: { code: 'UNAUTHORIZED' } });
    }
    const ana = await connect(withToken(await token({ sub: 'ana' }), url()));
    expect(await ana.join(eventId, '')).toMatchObject({ participant: { username: 'ana' } });
  });

  test('over HTTP nothing is open that was not', async () => {
    const statuses = await Promise.all(
      [
        { method: 'POST', body: { name: 'New' } },
        { method: 'PATCH', path: `/${eventId}`, body: { paused: true } },
        { method: 'POST', path: `/${eventId}/bans`, body: { subject: 'ana' } },
      ].map(async ({ path = '', ...request }) => (await http(path, { ...request, url: eventsUrl() })).status),
    );
    expect(statuses).toEqual([401, 401, 401]);
  });
});
