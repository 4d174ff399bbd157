import { beforeAll, describe, expect, inject, test } from 'vitest';
import { newId, participantIdOfSubject } from '../../shared/ids.ts';
import type { AuditRecord, Ban, Event, Message, Mute } from '../../shared/protocol/entities.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import type { ServerEvent, ServerToClient } from '../../shared/protocol/server-to-client.ts';
import { connect, enter, http, refusal } from '../support/chat.ts';
import type { ChatClient, Refused } from '../support/chat-client.ts';
import type { Options, SocketClient } from '../support/socket-client.ts';
import { connectSocket, enterSocket, namesIn } from '../support/sockets.ts';
import { bearer, token, withToken } from '../support/tokens.ts';

/** In every event mia moderates by her right, and hank as its host. */
let operator: Record<string, string>;
beforeAll(async () => {
  operator = bearer(await token({ sub: 'operator', scope: 'chat:operate' }));
});

const api = <Body = Event>(method: string, path: string, body?: unknown) =>
  http<Body>(path, { method, headers: operator, body });
const newEvent = async () =>
  (await api('POST', '', { name: 'Moderated', hosts: [{ subject: 'hank' }] })).body.id;
const idOf = (sub: string) => participantIdOfSubject(inject('issuerUrl'), sub);
const shown = (sub: string) => token({ sub, name: sub, ...(sub === 'mia' && { scope: 'chat:moderate' }) });
const jsonClient = async (sub: string) => connect(withToken(await shown(sub)));
const json = async (eventId: string, sub: string) => enter(eventId, '', { url: withToken(await shown(sub)) });
const auth = async (sub: string) => ({ auth: { token: await shown(sub) } });
const socket = async (eventId: string, sub: string, options: Options = {}) =>
  enterSocket(eventId, '', { ...(await auth(sub)), ...options });
async function batched(eventId: string, sub: string): Promise<SocketClient> {
  const client = await connectSocket({ ...(await auth(sub)), query: { batch: 1 } });
  await client.ask('joinEvent', { eventId });
  await client.hears('batch');
  return client;
}

/** Moderation by mia, who has joined the event, or by the operator over HTTP. Resolves to `ok` or a code. */
type Api = 'WebSocket' | 'HTTP';
type Act = (action: keyof typeof routes, data: Record<string, unknown>) => Promise<string>;
const apis: Api[] = ['WebSocket', 'HTTP'];
const routes = {
  deleteMessage: ({ seq }) => ['DELETE', `/messages/${seq}`],
  kick: (data) => ['POST', '/kicks', data],
  ban: (data) => ['POST', '/bans', data],
  unban: ({ subject }) => ['DELETE', `/bans/${idOf(String(subject))}`],
  mute: (data) => ['POST', '/mutes', data],
  unmute: ({ subject }) => ['DELETE', `/mutes/${idOf(String(subject))}`],
  updateEvent: (data) => ['PATCH', '', data],
} satisfies Record<string, (data: Record<string, unknown>) => [string, string, unknown?]>;

async function moderator(which: Api, eventId: string): Promise<Act> {
  if (which === 'WebSocket') {
    const mia = await json(eventId, 'mia');
    return (action, data) =>
      mia.request(action, data).then(
        () => 'ok',
        ({ code }: Refused) => code,
      );
  }
  return async (action, data) => {
    const [method, path, body] = routes[action](data) as [string, string, unknown?];
    const answer = await api<{ error: { code: string } } | undefined>(method, `/${eventId}${path}`, body);
    return answer.status < 300 ? 'ok' : `${answer.body?.error.code}`;
  };
}

type Client = ChatClient | SocketClient;
/** Every event that a client has heard, on whichever wire. */
function heardBy(client: Client): [string, unknown][] {
  if ('received' in client) return client.received.map(({ event, data }) => [event, data]);
  return client.entries.flatMap(({ name, data }) =>
    name === 'batch' ? (data as [string, unknown][]) : [[name, data]],
  );
}

/** What everybody hears in the same order, each in a few words. */
const storyOf = (client: Client): string[] =>
  heardBy(client).flatMap(([event, data]) => {
    const line = lines[event as keyof typeof lines] as ((data: unknown) => string) | undefined;
    return line ? [line(data)] : [];
  });
const lines = {
  newMessage: ({ text }) => text,
  messageDeleted: ({ seq, messages = [{ seq }] }) => `deleted ${messages.map((one) => one.seq).join(', ')}`,
  eventUpdated: ({ event: { paused, slowModeSeconds } }) => `paused ${paused}, slow ${slowModeSeconds}`,
  eventEnded: () => 'ended',
} satisfies { [Name in ServerEvent['event']]?: (data: ServerToClient[Name]) => string };

const PATIENCE = { timeout: 30_000 };
async function expectStory(clients: Client[], story: string[]): Promise<void> {
  for (const client of clients) await expect.poll(() => storyOf(client), PATIENCE).toEqual(story);
}

const texts = ({ messages }: { messages: Message[] }) => messages.map(({ text }) => text);
const page = async (eventId: string, query = '') =>
  (await http<Replies['getHistory']>(`/${eventId}/messages${query}`)).body;
const isClosed = ({ socket }: ChatClient) =>
  expect.poll(() => socket.readyState, PATIENCE).toBe(socket.CLOSED);
const join = (client: ChatClient, eventId: string) => client.join(eventId, '');
const joinSocket = (client: SocketClient, eventId: string) => client.ask('joinEvent', { eventId });

describe.for(apis)('over the %s API', (which) => {
  test('a deleted message: everybody hears it once, in order, and nobody finds it any more', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const ana = await json(eventId, 'ana');
    const all = [ana, await socket(eventId, 'bob'), await batched(eventId, 'cid')];
    await ana.say('one');
    const { seq, id } = await ana.say('regrettable', 'mine');
    await ana.say('three');
    expect(await act('deleteMessage', { seq })).toBe('ok');
    await ana.say('four');
    await expectStory(all, ['one', 'regrettable', 'three', `deleted ${seq}`, 'four']);
    expect(ana.all('messageDeleted')).toEqual([{ eventId, seq, id }]);

    const late = await jsonClient('late');
    await join(late, eventId);
    expect(texts(await late.next('eventHistory'))).toEqual(['one', 'three', 'four']);
    expect(texts(await late.request('getHistory'))).toEqual(['one', 'three', 'four']);
    expect(texts(await late.request('getHistory', { after: 0 }))).toEqual(['one', 'three', 'four']);
    expect(texts(await page(eventId))).toEqual(['one', 'three', 'four']);
  });

  test('a deleted message does not come back, neither with its clientMessageId nor deleted again', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const ana = await json(eventId, 'ana');
    const { seq, id } = await ana.say('regrettable', 'mine');
    expect(await act('deleteMessage', { seq })).toBe('ok');
    expect(await ana.say('regrettable', 'mine')).toMatchObject({ id, seq, text: '' });
    expect(await act('deleteMessage', { seq })).toBe('ok');
    await ana.say('end');
    await expectStory([ana], ['regrettable', `deleted ${seq}`, 'end']);
    expect(texts(await page(eventId))).toEqual(['end']);
  });

  test('only what is a message can be deleted', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const ana = await json(eventId, 'ana');
    const { seq } = await ana.say('fine');
    expect(await act('deleteMessage', { seq })).toBe('ok');
    // The deletion's own number, and one that nothing has yet.
    expect(await act('deleteMessage', { seq: seq + 1 })).toBe('MESSAGE_NOT_FOUND');
    expect(await act('deleteMessage', { seq: 99 })).toBe('MESSAGE_NOT_FOUND');
  });

  test('kicked on all tabs of both wires: told why, sent away for good; others hear of it once', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const bob = await json(eventId, 'bob');
    const [first, second] = [await json(eventId, 'ana'), await json(eventId, 'ana')];
    const third = await socket(eventId, 'ana');
    const dan = await socket(eventId, 'dan');
    expect(await act('kick', { subject: 'ana', reason: 'Enough.' })).toBe('ok');
    const told = { eventId, banned: false, reason: 'Enough.' };
    for (const tab of [first, second]) {
      expect(await tab.next('kicked')).toEqual(told);
      await isClosed(tab);
    }
    expect(await third.hears('kicked')).toEqual(told);
    expect(await third.hears('disconnect')).toEqual({ reason: 'io server disconnect' });
    expect(third.socket.active).toBe(false);
    await bob.say('that was that');
    await expectStory([bob, dan], ['that was that']);
    expect(
      namesIn(
        bob.received.map(({ event: name, data }) => ({ name, data })),
        'userLeft',
      ),
    ).toEqual(['ana']);
    expect(namesIn(dan.entries, 'userLeft')).toEqual(['ana']);

    expect(await act('kick', { subject: 'ana' })).toBe('ok');
    await third.comeBack();
    expect(third.socket.recovered).toBe(false);
    expect(await third.ask('sendMessage', { text: 'hm' })).toMatchObject({ error: { code: 'NOT_JOINED' } });
    expect(await joinSocket(third, eventId)).toMatchObject({ ok: true });
    await dan.hears('userJoined', { participantCount: which === 'HTTP' ? 3 : 4 });
    expect(namesIn(dan.entries, 'userLeft')).toEqual(['ana']);
  });

  test('kicked while away: others hear of it at once, and the session cannot be recovered', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const bob = await json(eventId, 'bob');
    const ana = await socket(eventId, 'ana');
    await ana.cut();
    expect(await act('kick', { subject: 'ana' })).toBe('ok');
    expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' } });
    await ana.comeBack();
    expect(ana.socket.recovered).toBe(false);
    expect(await joinSocket(ana, eventId)).toMatchObject({ ok: true });
  });

  test('banned: sent away on both wires, kept out of this event and no other, until unbanned', async () => {
    const [eventId, other] = [await newEvent(), await newEvent()];
    const act = await moderator(which, eventId);
    const bob = await json(eventId, 'bob');
    const [first, second] = [await json(eventId, 'ana'), await socket(eventId, 'ana')];
    const away = await socket(eventId, 'ana');
    await away.cut();
    expect(await act('ban', { subject: 'ana', reason: 'Spam.' })).toBe('ok');
    const told = { eventId, banned: true, reason: 'Spam.' };
    expect(await first.next('kicked')).toEqual(told);
    await isClosed(first);
    expect(await second.hears('kicked')).toEqual(told);
    expect(await second.hears('disconnect')).toEqual({ reason: 'io server disconnect' });
    expect(await bob.next('userLeft')).toMatchObject({ participant: { id: idOf('ana') } });

    const refused = { code: 'FORBIDDEN', reason: expect.any(String) };
    for (const back of [second, away]) {
      await back.comeBack();
      expect(back.socket.recovered).toBe(false);
      expect(await joinSocket(back, eventId)).toMatchObject({ error: refused });
    }
    const anew = await jsonClient('ana');
    expect(await refusal(join(anew, eventId))).toMatchObject(refused);
    await join(anew, other);
    expect(await refusal(join(anew, eventId))).toMatchObject(refused);
    // Who is refused stays where it is.
    await anew.say('still here');

    expect(await act('ban', { subject: 'ana' })).toBe('ok');
    expect(await act('unban', { subject: 'ana' })).toBe('ok');
    expect(await act('unban', { subject: 'ana' })).toBe('ok');
    await join(anew, eventId);
    expect(await joinSocket(away, eventId)).toMatchObject({ ok: true });
    await bob.settle();
    expect(bob.all('userLeft')).toHaveLength(1);
  });

  test('muted on both wires: stays and reads, told so in every tab and after a reconnect, until unmuted', async () => {
    const [eventId, other] = [await newEvent(), await newEvent()];
    const act = await moderator(which, eventId);
    const bob = await json(eventId, 'bob');
    const [first, second] = [await json(eventId, 'ana'), await socket(eventId, 'ana')];
    expect(await act('mute', { subject: 'ana', seconds: 600, reason: 'Enough.' })).toBe('ok');
    const told = { eventId, seconds: 600, reason: 'Enough.', until: expect.any(String) };
    expect(await first.next('muted')).toEqual(told);
    expect(await second.hears('muted')).toEqual(told);

    const refused = { code: 'MUTED', reason: 'Enough.', retryAfterMs: expect.any(Number) };
    expect(await refusal(first.say('hm'))).toMatchObject(refused);
    expect(await second.ask('sendMessage', { text: 'hm' })).toMatchObject({ error: refused });
    expect(await first.request('typing', { isTyping: true })).toEqual({});
    await bob.say('one');
    await expectStory([first, second, bob], ['one']);
    expect(bob.all('userTyping')).toEqual([]);

    const anew = await jsonClient('ana');
    expect((await join(anew, eventId)).can).toEqual({ send: false, moderate: false, operate: false });
    await anew.next('muted');
    expect(anew.received.map(({ event }) => event)).toEqual(['eventHistory', 'muted']);
    await second.cut();
    await second.comeBack();
    expect(second.socket.recovered).toBe(true);
    await expect.poll(() => heardBy(second).filter(([name]) => name === 'muted')).toHaveLength(2);
    // It is for one event.
    expect((await join(anew, other)).can.send).toBe(true);
    await anew.say('elsewhere');

    expect(await act('mute', { subject: 'ana', seconds: 700, reason: 'Enough.' })).toBe('ok');
    expect(await act('unmute', { subject: 'ana' })).toBe('ok');
    expect(await first.next('unmuted')).toEqual({ eventId });
    expect(await second.hears('unmuted')).toEqual({ eventId });
    expect(await act('unmute', { subject: 'ana' })).toBe('ok');
    await first.say('two');
    await expectStory([first, second, bob], ['one', 'two']);
    expect((await join(anew, eventId)).can.send).toBe(true);
  });

  test('muted before they ever came', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    expect(await act('mute', { subject: 'eve', seconds: 600 })).toBe('ok');
    const eve = await jsonClient('eve');
    expect((await join(eve, eventId)).can.send).toBe(false);
    expect(await refusal(eve.say('hm'))).toMatchObject({ code: 'MUTED' });
  });

  test('banned before they ever came, by subject and by participantId', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    expect(await act('ban', { subject: 'eve' })).toBe('ok');
    expect(await act('ban', { participantId: idOf('max') })).toBe('ok');
    for (const sub of ['eve', 'max']) {
      const client = await jsonClient(sub);
      expect(await refusal(join(client, eventId))).toMatchObject({ code: 'FORBIDDEN' });
    }
    await join(await jsonClient('ana'), eventId);
  });

  test('banned for some seconds: told until when, then let in without a word', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const ana = await json(eventId, 'ana');
    expect(await act('ban', { subject: 'ana', seconds: 3 })).toBe('ok');
    const { expiresAt } = await ana.next('kicked');
    expect(Date.parse(`${expiresAt}`)).toBeGreaterThan(0);
    const back = await jsonClient('ana');
    const outcome = () =>
      join(back, eventId).then(
        () => 'in',
        ({ code }: Refused) => code,
      );
    // However slow this machine is: it is let in only once the time is over.
    await expect.poll(outcome, PATIENCE).toBe('in');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(`${expiresAt}`));
    expect((await api<{ bans: Ban[] }>('GET', `/${eventId}/bans`)).body).toEqual({ bans: [] });
  });

  // The ban comes before, between and after the joins.
  test.for([0, 1, 8])('banned after %i of 12 joins under way: in no list, hears nothing', async (count) => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const bob = await json(eventId, 'bob');
    const tabs = await Promise.all(Array.from({ length: 8 }, () => jsonClient('ana')));
    const options = await auth('ana');
    const sockets = await Promise.all(Array.from({ length: 4 }, () => connectSocket(options)));
    let joined = 0;
    const counted = () => {
      joined += 1;
    };
    // Who is sent away meanwhile may wait for its answer in vain.
    for (const tab of tabs) join(tab, eventId).then(counted, counted);
    for (const one of sockets) one.socket.emit('joinEvent', { eventId }, counted);
    await expect.poll(() => joined, { ...PATIENCE, interval: 5 }).toBeGreaterThanOrEqual(count);
    expect(await act('ban', { subject: 'ana' })).toBe('ok');

    const open = () => tabs.filter(({ socket }) => socket.readyState === socket.OPEN);
    const names = async () => (await rosterOf(eventId)).participants.map(({ username }) => username);
    await expect.poll(names, PATIENCE).not.toContain('ana');
    await bob.say('among ourselves');
    for (const tab of open()) await tab.settle();
    for (const client of [...tabs, ...sockets]) expect(storyOf(client)).toEqual([]);
    for (const tab of open()) {
      expect(await refusal(join(tab, eventId))).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await names()).not.toContain('ana');
  });

  test('banned while it recovers: not in the event, whichever is faster', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const bob = await json(eventId, 'bob');
    const tabs = await Promise.all(Array.from({ length: 4 }, () => socket(eventId, 'ana')));
    await bob.say('a place to come back to');
    for (const tab of tabs) await tab.hears('newMessage');
    await Promise.all(tabs.map((tab) => tab.cut()));
    const backs = tabs.map((tab) => tab.comeBack());
    expect(await act('ban', { subject: 'ana' })).toBe('ok');
    await Promise.all(backs);
    await bob.say('among ourselves');
    for (const tab of tabs) {
      // Told to go, or never let in.
      const gone = tab.entries.some(({ name }) => name === 'kicked');
      if (!gone) expect(await joinSocket(tab, eventId)).toMatchObject({ error: { code: 'FORBIDDEN' } });
      expect(storyOf(tab)).not.toContain('among ourselves');
    }
    expect((await rosterOf(eventId)).participants.map(({ username }) => username)).not.toContain('ana');
  });

  test('paused and resumed: heard by all, in order with the messages; moderators and hosts write on', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const [ana, mia, hank] = [
      await json(eventId, 'ana'),
      await json(eventId, 'mia'),
      await json(eventId, 'hank'),
    ];
    const bob = await socket(eventId, 'bob');
    await ana.say('one');
    expect(await act('updateEvent', { paused: true })).toBe('ok');
    expect(await refusal(ana.say('two'))).toMatchObject({ code: 'EVENT_PAUSED' });
    expect(await bob.ask('sendMessage', { text: 'two' })).toMatchObject({ error: { code: 'EVENT_PAUSED' } });
    await mia.say('please wait');
    await hank.say('a moment');
    expect(await act('updateEvent', { paused: true })).toBe('ok');
    expect((await http(`/${eventId}`)).body.paused).toBe(true);
    expect(await act('updateEvent', { paused: false })).toBe('ok');
    await ana.say('three');
    const paused = 'paused true, slow undefined';
    const resumed = 'paused undefined, slow undefined';
    const story = ['one', paused, 'please wait', 'a moment', paused, resumed, 'three'];
    await expectStory([ana, hank, bob, mia], story);
    expect((await http(`/${eventId}`)).body).not.toHaveProperty('paused');
  });

  test('slow mode: one message of a participant, on all its tabs, until it is over; not for moderators', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const [ana, mia, hank] = [
      await json(eventId, 'ana'),
      await json(eventId, 'mia'),
      await json(eventId, 'hank'),
    ];
    const tab = await socket(eventId, 'ana');
    expect(await act('updateEvent', { slowModeSeconds: 120 })).toBe('ok');
    const first = await ana.say('one', 'mine');
    const refused = await refusal(ana.request('sendMessage', { text: 'two' }));
    expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(120_000);
    expect(await tab.ask('sendMessage', { text: 'two' })).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(await ana.request('sendMessage', { text: 'one', clientMessageId: 'mine' })).toEqual({
      message: first,
    });
    for (const text of ['by mia', 'by mia again']) await mia.request('sendMessage', { text });
    for (const text of ['by hank', 'by hank again']) await hank.request('sendMessage', { text });
    expect(await act('updateEvent', { slowModeSeconds: 1 })).toBe('ok');
    for (const text of ['two', 'three']) await ana.say(text);
    expect(await act('updateEvent', { slowModeSeconds: 0 })).toBe('ok');
    expect(await act('updateEvent', { slowModeSeconds: 0 })).toBe('ok');
    for (const text of ['four', 'five']) await ana.request('sendMessage', { text });
    const slow = (seconds?: number) => `paused undefined, slow ${seconds}`;
    await expectStory(
      [ana, mia, tab],
      [
        slow(120),
        ...['one', 'by mia', 'by mia again', 'by hank', 'by hank again'],
        ...[slow(1), 'two', 'three', slow(), slow(), 'four', 'five'],
      ],
    );
  });

  test('ended: heard by all, takes no more messages, joins or rules, but deletions', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    const ana = await json(eventId, 'ana');
    const all = [ana, await socket(eventId, 'bob'), await batched(eventId, 'cid')];
    const { seq } = await ana.say('one');
    expect(await act('updateEvent', { status: 'ended' })).toBe('ok');
    expect(await act('updateEvent', { status: 'ended' })).toBe('ok');
    expect(await act('updateEvent', { paused: true })).toBe('EVENT_ENDED');
    expect(await act('updateEvent', { slowModeSeconds: 5 })).toBe('EVENT_ENDED');
    expect(await refusal(ana.say('two'))).toMatchObject({ code: 'EVENT_ENDED' });
    expect(await refusal(join(await jsonClient('late'), eventId))).toMatchObject({ code: 'EVENT_ENDED' });
    expect(await act('deleteMessage', { seq })).toBe('ok');
    await expectStory(all, ['one', 'ended', `deleted ${seq}`]);
    expect(await page(eventId)).toEqual({ messages: [], hasMore: false });
  });

  test('paused and ended in one act, which may be repeated', async () => {
    const eventId = await newEvent();
    const act = await moderator(which, eventId);
    expect(await act('updateEvent', { paused: true, status: 'ended' })).toBe('ok');
    expect(await act('updateEvent', { paused: true, status: 'ended' })).toBe('ok');
  });
});

test('deleted while they were away: Socket.IO clients hear it when they recover, JSON clients by `after`', async () => {
  const eventId = await newEvent();
  const mia = await json(eventId, 'mia');
  const first = await mia.say('one');
  const bob = await socket(eventId, 'bob');
  const cid = await batched(eventId, 'cid');
  const { seq, id } = await mia.say('regrettable');
  await expectStory([bob, cid], ['regrettable']);
  await Promise.all([bob.cut(), cid.cut()]);
  await mia.request('deleteMessage', { seq });
  await Promise.all([bob.comeBack(), cid.comeBack()]);
  await expectStory([bob, cid], ['regrettable', `deleted ${seq}`]);
  expect([bob, cid].map((client) => client.socket.recovered)).toEqual([true, true]);
  expect(await bob.hears('messageDeleted')).toEqual({ eventId, seq, id });

  await mia.say('three');
  const dan = await jsonClient('dan');
  await dan.join(eventId, '', { after: seq });
  const history = await dan.next('eventHistory');
  expect(history).toMatchObject({ messages: [{ text: 'three' }], deletedSeqs: [seq] });
  expect(await dan.request('getHistory', { after: seq })).toMatchObject({ deletedSeqs: [seq] });
  expect(await page(eventId, `?after=${seq}`)).toMatchObject({ deletedSeqs: [seq] });
  // Who had not come so far never had it.
  expect(await page(eventId, `?after=${first.seq}`)).not.toHaveProperty('deletedSeqs');
});

test('bans are listed page by page, newest first, each once, whoever banned over whichever API', async () => {
  const eventId = await newEvent();
  await json(eventId, 'ana');
  const acts = [await moderator('WebSocket', eventId), await moderator('HTTP', eventId)];
  const banned = ['ana', ...Array.from({ length: 6 }, () => newId())];
  for (const [i, subject] of banned.entries()) await acts[i % 2]?.('ban', { subject, reason: `no. ${i}` });
  const found: Ban[] = [];
  let cursor: string | undefined = '';
  do {
    const query: string = cursor && `&cursor=${cursor}`;
    const { body } = await api<{ bans: Ban[]; nextCursor?: string }>(
      'GET',
      `/${eventId}/bans?limit=3${query}`,
    );
    expect(body.bans.length).toBeLessThanOrEqual(3);
    found.push(...body.bans);
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  expect(found.map(({ participantId }) => participantId)).toEqual(banned.map(idOf).reverse());
  expect(found.at(-1)).toEqual({
    participantId: idOf('ana'),
    username: 'ana',
    bannedAt: expect.any(String),
    reason: 'no. 0',
  });
  expect((await api('GET', `/${eventId}/bans?cursor=mine`)).status).toBe(400);
});

test('mutes are listed, newest first, with the names of those who were there, until they are over', async () => {
  const eventId = await newEvent();
  await json(eventId, 'ana');
  const act = await moderator('HTTP', eventId);
  for (const subject of ['ana', 'eve']) await act('mute', { subject, seconds: 600, reason: 'Enough.' });
  const listed = () => api<{ mutes: Mute[]; nextCursor?: string }>('GET', `/${eventId}/mutes`);
  const times = { mutedAt: expect.any(String), expiresAt: expect.any(String), reason: 'Enough.' };
  expect((await listed()).body).toEqual({
    mutes: [
      { participantId: idOf('eve'), ...times },
      { participantId: idOf('ana'), username: 'ana', ...times },
    ],
  });
  await act('unmute', { subject: 'eve' });
  expect((await listed()).body.mutes).toHaveLength(1);
  expect((await api('GET', `/${eventId}/mutes?cursor=mine`)).status).toBe(400);
});

test('rules of what may be written: set by operators, shown but for the words, and heard of by all', async () => {
  const eventId = await newEvent();
  const ana = await json(eventId, 'ana');
  const rules = { blockedWords: ['Spam', 'Buy now'], links: 'deny', repeats: 'deny' } as const;
  const { body } = await api<Event & { blockedWords?: string[] }>('PATCH', `/${eventId}`, rules);
  expect(body).toMatchObject(rules);
  const told = (await ana.next('eventUpdated')).event;
  const open = (await http(`/${eventId}`)).body;
  const { body: created } = await api<Event>('POST', '', { name: 'Ruled', ...rules });
  expect(created).toMatchObject(rules);
  for (const shown of [told, open, (await http(`/${created.id}`)).body]) {
    expect(shown).toMatchObject({ links: 'deny', repeats: 'deny' });
    expect(shown).not.toHaveProperty('blockedWords');
  }
  const mia = { headers: bearer(await shown('mia')), method: 'PATCH', body: { paused: false } };
  expect((await http(`/${eventId}`, mia)).body).not.toHaveProperty('blockedWords');

  const mod = await json(eventId, 'mia');
  for (const [text, reason] of [
    ['s.p.a.m', 'word'],
    ['see example.com', 'link'],
    ['hello', undefined],
    ['Hello', 'repeat'],
  ] as const) {
    const outcome = await ana.say(text).then(
      () => undefined,
      ({ data }: Refused) => ({ code: data.code, reason: data.reason }),
    );
    expect(outcome).toEqual(reason && { code: 'MESSAGE_REJECTED', reason });
    await mod.say(text);
  }
  const off = { blockedWords: [], links: 'allow', repeats: 'allow' };
  const after = (await api('PATCH', `/${eventId}`, off)).body;
  for (const rule of Object.keys(rules)) expect(after).not.toHaveProperty(rule);
  for (const text of ['spam', 'spam', 'example.com']) await ana.say(text);
});

test.for([
  { blockedWords: Array.from({ length: 501 }, (_, i) => `word ${i}`) },
  { blockedWords: ['x'.repeat(51)] },
  { blockedWords: [''] },
  { blockedWords: ['!?'] },
  { blockedWords: 'spam' },
  { blockedWords: [/spam/] },
  { links: 'maybe' },
  { links: true },
  { repeats: 30 },
])('%j is no rule', async (rules) => {
  const eventId = await newEvent();
  expect((await api('PATCH', `/${eventId}`, rules)).status).toBe(400);
  expect((await api('POST', '', { name: 'Ruled', ...rules })).status).toBe(400);
});

test('all that somebody wrote is deleted, for everybody, and nothing else', async () => {
  const eventId = await newEvent();
  const [ana, bob] = [await json(eventId, 'ana'), await socket(eventId, 'bob')];
  for (const text of ['a1', 'a2']) await ana.say(text);
  await bob.ask('sendMessage', { text: 'b1' });
  await ana.say('a3');
  const erase = () => api<object>('DELETE', `/${eventId}/messages?subject=ana`);
  expect((await erase()).body).toEqual({ deleted: 3, isComplete: true });
  expect((await erase()).body).toEqual({ deleted: 0, isComplete: true });
  for (const client of [ana, bob]) {
    const deleted = () => storyOf(client).filter((line) => line.startsWith('deleted'));
    await expect.poll(deleted, PATIENCE).toEqual(['deleted 1, 2, 4']);
  }
  expect(texts(await page(eventId))).toEqual(['b1']);
});

test('the audit says who did what to whom and why, page by page, and never what was written', async () => {
  const eventId = await newEvent();
  const [mia, hank, ana] = [
    await json(eventId, 'mia'),
    await json(eventId, 'hank'),
    await json(eventId, 'ana'),
  ];
  const { seq } = await ana.say('unspeakable');
  await hank.request('deleteMessage', { seq });
  await mia.request('kick', { subject: 'ana', reason: 'Enough.' });
  await mia.request('ban', { subject: 'ana', seconds: 60 });
  await mia.request('unban', { subject: 'ana' });
  await mia.request('mute', { subject: 'ana', seconds: 60, reason: 'Again.' });
  await mia.request('unmute', { subject: 'ana' });
  await api('PATCH', `/${eventId}`, { paused: true });
  await api('DELETE', `/${eventId}/messages?subject=ana`);
  // Refused: nothing was done.
  await ana.close();
  await refusal((await json(eventId, 'ana')).request('kick', { subject: 'mia' }));

  const read = async (query: string) =>
    (await api<{ records: AuditRecord[]; nextCursor?: string }>('GET', `/${eventId}/audit?limit=5${query}`))
      .body;
  const newest = await read('');
  const oldest = await read(`&cursor=${newest.nextCursor}`);
  expect(oldest.nextCursor).toBeUndefined();
  const participantId = idOf('ana');
  const by = idOf('mia');
  const records = [...newest.records, ...oldest.records].reverse();
  expect(records).toMatchObject([
    { by: idOf('operator'), action: 'createEvent', changes: { name: expect.any(String) } },
    { by: idOf('hank'), action: 'deleteMessage', seq, participantId },
    { by, action: 'kick', participantId, reason: 'Enough.' },
    { by, action: 'ban', participantId, changes: { expiresAt: expect.any(String) } },
    { by, action: 'unban', participantId },
    { by, action: 'mute', participantId, reason: 'Again.', changes: { expiresAt: expect.any(String) } },
    { by, action: 'unmute', participantId },
    { by: idOf('operator'), action: 'updateEvent', changes: { paused: true } },
    { by: idOf('operator'), action: 'eraseMessages', participantId },
  ]);
  expect(JSON.stringify(records)).not.toContain('unspeakable');
});

/** Who is in an event, as somebody hears who comes now. */
async function rosterOf(eventId: string): Promise<ServerToClient['eventHistory']> {
  const witness = await jsonClient('witness');
  await join(witness, eventId);
  return witness.next('eventHistory');
}
