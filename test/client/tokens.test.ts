import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../../local/clock.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../../local/issuer.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { type RunningChat, runChat } from '../support/run-chat.ts';
import { isLive, openChat, shows, until } from './rooms.ts';

let issuer: Issuer;
let stack: RunningChat;
beforeAll(async () => {
  const clock = new ManualClock();
  issuer = await startIssuer(0, clock);
  stack = await runChat({ ...unlimited, 'auth.issuer': issuer.url, 'auth.audience': AUDIENCE }, { clock });
});
afterAll(async () => {
  await stack.stop();
  await issuer.stop();
});

type Token = string | (() => string | Promise<string>) | undefined;
const chatWith = (token: Token) => openChat({ url: `${stack.outputs.WebSocketUrl}`, token });
const operator = () => chatWith(() => issuer.tokenFor({ sub: 'olga', name: 'Olga', scope: 'chat:operate' }));
const newEvent = async () => (await operator().events.create({ name: 'Members only' })).id;

test('the token says who somebody is and what they may do', async () => {
  const eventId = await newEvent();
  const ana = chatWith(await issuer.tokenFor({ sub: 'ana', name: 'Ana' })).join(eventId);
  const olga = operator().join(eventId);
  await Promise.all([isLive(ana), isLive(olga)]);
  expect(ana.snapshot).toMatchObject({ me: { username: 'Ana' }, can: { moderate: false, operate: false } });
  expect(olga.snapshot).toMatchObject({ me: { username: 'Olga' }, can: { moderate: true, operate: true } });
  await ana.send('hello');
  await shows(olga, 'hello');
  await olga.moderate.ban({ subject: 'ana' });
  expect(await ana.closed).toMatchObject({ status: 'banned' });
  expect(await olga.moderate.bans()).toHaveLength(1);
  await expect(ana.moderate.bans()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test.for<[string, () => Promise<Token>]>([
  ['no token', async () => undefined],
  ['a token that has expired', () => issuer.tokenFor({ sub: 'ana' }, -60)],
  ['a function that has no better ones', async () => () => issuer.tokenFor({ sub: 'ana' }, -60)],
])('%s is refused', async ([, token]) => {
  const room = chatWith(await token()).join(await newEvent());
  expect(await room.closed).toMatchObject({ status: 'refused' });
  expect(room.snapshot.error).toMatchObject({ code: 'UNAUTHORIZED' });
});

test('a function is asked again for each connection, also when it fails or had no good one', async () => {
  const answers = [
    () => Promise.reject(new Error('The session is being renewed.')),
    () => issuer.tokenFor({ sub: 'ana' }, -60),
    () => issuer.tokenFor({ sub: 'ana', name: 'Ana' }),
  ];
  const room = chatWith(() =>
    (answers.shift() ?? (() => issuer.tokenFor({ sub: 'ana', name: 'Ana' })))(),
  ).join(await newEvent());
  await isLive(room);
  expect(room.snapshot.me?.username).toBe('Ana');
});

test('when a token expires the room goes on with the next one', async () => {
  let asked = 0;
  const room = chatWith(() => {
    asked += 1;
    return issuer.tokenFor({ sub: 'ana', name: 'Ana' }, 30);
  }).join(await newEvent());
  await isLive(room);
  await room.send('before');
  stack.clock.advance(60_000);
  const before = asked;
  const sent = room.send('after');
  await until(room, 'a lost connection', ({ status }) => status === 'reconnecting');
  expect(await sent).toMatchObject({ seq: 2, text: 'after' });
  expect(asked).toBeGreaterThan(before);
  await shows(room, 'before', 'after');
});
