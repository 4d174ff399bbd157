import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { ManualClock } from '../../local/clock.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../../local/issuer.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { connect, enter as enterAt, http } from '../support/chat.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';
import { connectSocket, enterSocket, socketClient } from '../support/sockets.ts';
import { bearer, newEvent, withToken } from '../support/tokens.ts';

/** Tokens run out while their owners are connected; the issuer goes away. */

/** Long enough to connect and join, on a slow machine as well. */
const SECONDS = 20;
/** So far the clocks may differ. */
const CLOCK_SKEW_SECONDS = 5;

const unauthorized = { code: 'UNAUTHORIZED', reason: 'The token has expired.' };

const clock = new ManualClock();
let issuer: Issuer;
let stack: RunningChat;
let eventId: string;
let bob: ChatClient;
beforeAll(async () => {
  issuer = await startIssuer(0, clock);
  const ofSuite = { ...unlimited, 'auth.issuer': inject('issuerUrl'), 'auth.audience': AUDIENCE };
  stack = await runChatHere(ofSuite, { forFunctions: { 'auth.issuer': issuer.url }, clock });
});
afterAll(async () => {
  await stack.stop();
  await issuer.stop();
});
beforeEach(async () => {
  // No minute begins during a test, and so no scheduled sweep.
  clock.advance(60_001 - (clock.now() % 60_000));
  eventId = await newEvent(
    { hosts: [{ subject: 'bob' }] },
    { issuerUrl: issuer.url, eventsUrl: eventsUrl() },
  );
  bob = await enter(await issuer.tokenFor({ sub: 'bob' }));
});

const url = () => `${stack.outputs.WebSocketUrl}`;
const eventsUrl = () => `${stack.outputs.EventsUrl}`;
const enter = (token: string) => enterAt(eventId, '', { url: withToken(token, url()) });
const sweep = async () => expect(await stack.runSchedule('Sweep')).toMatchObject({ ok: true });
const shortToken = (sub: string) => issuer.tokenFor({ sub }, SECONDS);
/** An `auth` function that shows one token after the other. */
const showing = (...tokens: string[]) => ({
  auth: (show: (auth: object) => void) => show({ token: tokens.length > 1 ? tokens.shift() : tokens[0] }),
  reconnectionDelay: 10,
});
/** Lets the time pass until a token is good for nothing. */
const runsOut = (token: string) => {
  const end = (Number(decodeJwt(token).exp) + CLOCK_SKEW_SECONDS) * 1000;
  clock.advance(Math.max(0, end + 1 - clock.now()));
};
const closeOf = ({ socket }: ChatClient) => new Promise((resolve) => socket.once('close', resolve));

test('on the JSON wire: the next request is refused, whatever it is, and the connection closed', async () => {
  const token = await shortToken('ana');
  const asking = await enter(token);
  const silent = await enter(token);
  const late = await connect(withToken(token, url()));
  const closed = Promise.all([asking, silent, late].map(closeOf));
  await bob.next('userJoined');
  runsOut(token);
  await expect(asking.request('sendMessage', { text: 'still me' })).rejects.toMatchObject({
    data: unauthorized,
  });
  silent.emit('ping');
  expect(await silent.next('error')).toMatchObject(unauthorized);
  await expect(late.join(eventId, '')).rejects.toMatchObject({ data: unauthorized });
  await closed;
  expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' }, participantCount: 1 });
  expect(bob.all('newMessage')).toEqual([]);
});

test('on the Socket.IO wire: refused and closed, back with a fresh token, and nothing is lost', async () => {
  const token = await shortToken('ana');
  const ana = await enterSocket(eventId, '', {
    url: url(),
    ...showing(token, await issuer.tokenFor({ sub: 'ana' })),
  });
  await bob.next('userJoined');
  runsOut(token);
  const { text } = await bob.say('can you hear me?');
  expect(await ana.ask('sendMessage', { text: 'no' })).toMatchObject({ ok: false, error: unauthorized });
  expect(await ana.hears('connect', { recovered: true })).toBeDefined();
  await ana.hears('newMessage', { text });
  const order = ana.entries.map(({ name }) => name);
  expect(order.filter((name) => /connect|newMessage|sendMessage/.test(name))).toEqual([
    'connect',
    'sendMessage',
    'disconnect',
    'connect',
    'newMessage',
  ]);
  expect(await ana.ask('sendMessage', { text: 'I can' })).toMatchObject({ ok: true });
  expect(await bob.next('newMessage')).toMatchObject({ text });
  expect(await bob.next('newMessage')).toMatchObject({ text: 'I can' });
  expect(bob.all('userLeft')).toEqual([]);
});

test('who is silent hears no more, and is told and closed by the sweep', async () => {
  const token = await shortToken('ana');
  const json = await enter(token);
  const closed = closeOf(json);
  const again = await enterSocket(eventId, '', {
    url: url(),
    ...showing(await shortToken('eve'), await issuer.tokenFor({ sub: 'eve' })),
  });
  const last = await shortToken('cid');
  const away = await enterSocket(eventId, '', { url: url(), ...showing(last) });
  // Those who have not joined are closed, too.
  const idle = await connectSocket(showing(last), url());
  runsOut(last);
  const { text } = await bob.say('between us');
  await sweep();
  expect(await json.next('error')).toMatchObject(unauthorized);
  await closed;
  expect(json.all('newMessage')).toEqual([]);
  expect(await again.hears('error')).toMatchObject(unauthorized);
  await again.hears('connect', { recovered: true });
  await again.hears('newMessage', { text });
  for (const client of [away, idle]) {
    expect(await client.hears('error')).toMatchObject(unauthorized);
    await client.hears('disconnect');
    // A session does not spare anybody the token.
    expect(await client.hears('connect_error')).toMatchObject({ data: unauthorized });
    expect(client.entries.map(({ name }) => name)).not.toContain('newMessage');
  }
  expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' } });
});

test('a kick reaches also somebody whose token has run out: there is no session to come back to', async () => {
  const token = await shortToken('ana');
  const fresh = await issuer.tokenFor({ sub: 'ana' });
  const ana = await enterSocket(eventId, '', { url: url(), ...showing(token, fresh) });
  runsOut(token);
  await bob.request('kick', { subject: 'ana' });
  await ana.hears('disconnect', { reason: 'io server disconnect' });
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(false);
});

test('somebody is there until it is said to have left, also when its token has run out', async () => {
  const token = await shortToken('ana');
  await enter(token);
  await bob.next('userJoined');
  runsOut(token);
  await bob.say('who is there?');
  const count = async () => (await http(`/${eventId}`, { url: eventsUrl() })).body.participantCount;
  expect([await count(), bob.all('userLeft').length]).toEqual([2, 0]);
  await sweep();
  await bob.next('userLeft');
  expect(await count()).toBe(1);
});

// Last: it kills what knows the keys.
test('while the issuer cannot be asked nobody is let in, and everybody again once it can', async () => {
  const token = await issuer.tokenFor({ sub: 'ana', scope: 'chat:operate' });
  await issuer.stop();
  await stack.killEnvironments('');
  await expect(connect(withToken(token, url()))).rejects.toThrow('500');
  const operator = { method: 'POST', body: { name: 'New' }, url: eventsUrl(), headers: bearer(token) };
  expect(await http('', operator)).toMatchObject({
    status: 500,
    body: { error: { code: 'INTERNAL', requestId: expect.any(String) } },
  });
  // Who shows none need not wait for it, nor does who only reads.
  await expect(connect(url())).rejects.toThrow('401');
  expect(await http(`/${eventId}`, { url: eventsUrl() })).toMatchObject({ status: 200 });
  let shown = token;
  const ana = socketClient({ auth: (show) => show({ token: shown }), reconnection: false }, url());
  await ana.hears('disconnect');
  // Not refused for good: it would come back by itself, but might show the old token to the new issuer.
  expect(ana.socket.active).toBe(true);
  issuer = await startIssuer(Number(new URL(issuer.url).port), clock);
  shown = await issuer.tokenFor({ sub: 'ana' });
  await ana.comeBack();
  await connect(withToken(shown, url()));
});
