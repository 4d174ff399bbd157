import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { participantIdOfSubject } from '../../shared/ids.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { connect, createEvent, enter, http } from '../support/chat.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';
import { connectSocket } from '../support/sockets.ts';
import { bearer, newEvent, token, withToken } from '../support/tokens.ts';

/** Messages of backends and announcements, by who they are from; metadata from tokens. */

const publish = async (eventId: string, claims: Record<string, string>, body: object) =>
  http<{ message: Message }>(`/${eventId}/messages`, {
    method: 'POST',
    headers: bearer(await token(claims)),
    body,
  });
const callers = {
  host: { sub: 'hugo', name: 'Hugo' },
  moderator: { sub: 'mia', name: 'Mia', scope: 'chat:moderate' },
  operator: { sub: 'olga', name: 'Olga', scope: 'chat:operate' },
};
const idOf = (sub: string) => participantIdOfSubject(inject('issuerUrl'), sub);
const newEventOf = (host: string) => newEvent({ hosts: [{ subject: host }] });

test.for(Object.entries(callers))(
  'of a %s: a bot under their name, or their own announcement',
  async ([role, who]) => {
    const eventId = await newEventOf('hugo');
    const bot = await publish(eventId, who, { text: 'one' });
    expect([bot.status, bot.body.message.participant]).toEqual([
      201,
      { id: idOf(who.sub), username: who.name, role: 'bot' },
    ]);
    const named = await publish(eventId, who, { text: 'two', username: 'Scores' });
    expect(named.body.message.participant).toMatchObject({ username: 'Scores', role: 'bot' });
    const own = await publish(eventId, who, { text: 'three', kind: 'announcement' });
    expect(own.body.message).toMatchObject({
      kind: 'announcement',
      participant: { username: who.name, role },
    });
  },
);

test.for(Object.entries(callers))(
  'an announcement of a %s has their role, on both wires',
  async ([role, who]) => {
    const eventId = await newEventOf('hugo');
    const shown = await token(who);
    const json = await connect(withToken(shown));
    await json.join(eventId, '');
    const { message } = await json.request<Replies['announce']>('announce', { text: 'Hear!' });
    expect(message.participant).toEqual({ id: idOf(who.sub), username: who.name, role });
    const socket = await connectSocket({ auth: { token: shown } });
    await socket.ask('joinEvent', { eventId });
    const asked = await socket.ask('announce', { text: 'Again!', pin: true });
    expect(asked).toMatchObject({ ok: true, message: { kind: 'announcement', participant: { role } } });
    expect(await socket.hears('newMessage')).toEqual(asked.message);
    expect(await socket.hears('eventUpdated')).toMatchObject({ event: { pinned: { text: 'Again!' } } });
    expect(await socket.ask('unpin', {})).toMatchObject({ ok: true, event: { id: eventId } });
    expect(await socket.hears('eventUpdated')).not.toHaveProperty('event.pinned');
    expect(await socket.ask('pin', { seq: message.seq })).toMatchObject({
      ok: true,
      event: { pinned: message },
    });
  },
);

test('the metadata are those of the token, never those of a request', async () => {
  const eventId = await newEvent();
  const shown = await token({ sub: 'ana', name: 'Ana', chat_metadata: '{"team":"red","level":7}' });
  const ana = await connect(withToken(shown));
  const join = { eventId, metadata: { team: 'blue' } };
  const { participant } = await ana.request<Replies['joinEvent']>('joinEvent', join);
  expect(participant.metadata).toEqual({ team: 'red' });
  expect((await ana.say('hi')).participant.metadata).toEqual({ team: 'red' });
  // Not even bad ones.
  await ana.request('joinEvent', { eventId, metadata: [] });
  const bob = await connect(withToken(await token({ sub: 'bob' })));
  const reply = await bob.request<Replies['joinEvent']>('joinEvent', join);
  expect(reply.participant).not.toHaveProperty('metadata');
});

describe('the limit', () => {
  let stack: RunningChat;
  beforeAll(async () => {
    // One, and the next one after 20 seconds.
    stack = await runChatHere(unlimited, { forFunctions: { publishPerSecond: 0.05 }, functionLogs: 'none' });
  });
  afterAll(() => stack.stop());

  test('is the backend’s own: whoever passes it is told when to come again', async () => {
    const url = `${stack.outputs.EventsUrl}`;
    const eventId = await createEvent('Limited', url);
    const send = () =>
      http<{ error: object }>(`/${eventId}/messages`, { method: 'POST', url, body: { text: 'Goal!' } });
    expect((await send()).status).toBe(201);
    const refused = await send();
    expect([refused.status, refused.body.error]).toMatchObject([
      429,
      { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const ana = await enter(eventId, 'ana', { url: `${stack.outputs.WebSocketUrl}` });
    await ana.say('We may all still write.');
  });
});
