import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { AUDIENCE } from '../../local/issuer.ts';
import { newSecret } from '../../shared/ids.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { unlimited, unset } from '../setup/chat-stack.ts';
import { connect, createEvent, enter, hears, http, textsHeardBy } from '../support/chat.ts';
import type { ChatClient, Refused } from '../support/chat-client.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';
import { connectSocket, enterSocket } from '../support/sockets.ts';
import { bearer, token, withToken } from '../support/tokens.ts';

/** The rates of a chat that nobody has configured. */
const rates = {
  sendMessage: { perSecond: 5, burst: 10 },
  typing: { perSecond: 2, burst: 4 },
  react: { perSecond: 5, burst: 10 },
  joinEvent: { perSecond: 2, burst: 10 },
};
type Limited = keyof typeof rates;

/** Asks for something; resolves to `ok` or a code. */
type Ask = (action: Limited, data: object) => Promise<string>;
const onJson =
  (client: ChatClient): Ask =>
  (action, data) =>
    client.request(action, data).then(
      () => 'ok',
      ({ code }: Refused) => code,
    );

const AT_ONCE = 40;
const data: Record<Limited, object> = {
  sendMessage: { text: 'buy' },
  typing: { isTyping: true },
  react: { reaction: '👍', count: 10 },
  joinEvent: { eventId: 'no-such-event', username: 'ana' },
};

/** Floods from one place after the other, each only once the one before was refused; counts what was let through. */
async function flood(action: Limited, places: (() => Promise<Ask>)[]) {
  const { perSecond, burst } = rates[action];
  const began = Date.now();
  const codes: string[] = [];
  for (const place of places) {
    const ask = await place();
    let answers: string[] = [];
    // A busy machine may be slower than what is allowed.
    while (!answers.includes('RATE_LIMITED')) {
      answers = await Promise.all(Array.from({ length: AT_ONCE }, () => ask(action, data[action])));
      codes.push(...answers);
    }
  }
  const seconds = (Date.now() - began) / 1_000;
  return {
    codes: [...new Set(codes)].sort(),
    passed: codes.filter((code) => code !== 'RATE_LIMITED').length,
    /** What one allowance comes to in this time, however slow this machine is; of a new one it is `burst` more. */
    allowed: Math.floor(burst + perSecond * seconds) + 1,
  };
}

/** One allowance, all used; `before`: how much of it was, before the flood. */
function expectOneAllowance(
  action: Limited,
  { codes, passed, allowed }: Awaited<ReturnType<typeof flood>>,
  before = 0,
) {
  expect(codes).toEqual(
    action === 'joinEvent' ? ['EVENT_NOT_FOUND', 'RATE_LIMITED'] : ['RATE_LIMITED', 'ok'],
  );
  expect(passed).toBeGreaterThanOrEqual(rates[action].burst - 1 - before);
  expect(passed).toBeLessThanOrEqual(allowed);
}

describe('guests', () => {
  let stack: RunningChat;
  beforeAll(async () => {
    stack = await runChatHere(unlimited, { forFunctions: unset, functionLogs: 'none' });
  });
  afterAll(() => stack.stop());

  const url = () => `${stack.outputs.WebSocketUrl}`;
  const newEvent = () => createEvent('Limited', `${stack.outputs.EventsUrl}`);
  const tab = (eventId: string, participantToken: string) =>
    enter(eventId, 'ana', { url: url(), participantToken });
  const socketTab = async (eventId: string, participantToken: string): Promise<Ask> => {
    const client = await enterSocket(eventId, 'ana', { url: url(), auth: { participantToken } });
    return async (action, what) => (await client.ask(action, what)).error?.code ?? 'ok';
  };

  test.for(Object.keys(rates) as Limited[])(
    '%s: one allowance for all tabs of both wires, and after reconnects',
    async (action) => {
      const eventId = await newEvent();
      const participantToken = newSecret();
      const first = await tab(eventId, participantToken);
      const second = onJson(await tab(eventId, participantToken));
      const third = await socketTab(eventId, participantToken);
      const again = async () => {
        await first.close();
        return onJson(await tab(eventId, participantToken));
      };
      // A flooder's own joins would be refused.
      const places = action === 'joinEvent' ? [] : [again];
      const done = await flood(action, [
        async () => onJson(first),
        async () => second,
        async () => third,
        ...places,
      ]);
      // The tabs have joined.
      expectOneAllowance(action, done, action === 'joinEvent' ? 3 : 0);
    },
  );

  test('ever new participantTokens on one connection: no new allowance', async () => {
    const eventId = await newEvent();
    const client = await connect(url());
    const anew = async () => {
      await client.join(eventId, 'ana', { participantToken: newSecret() });
      return onJson(client);
    };
    expectOneAllowance('sendMessage', await flood('sendMessage', [anew, anew, anew, anew]));
  });

  test('joins under ever new participantTokens on one connection are one connection’s joins', async () => {
    const eventId = await newEvent();
    const client = onJson(await connect(url()));
    const anew: Ask = (action) => client(action, { eventId, username: 'ana', participantToken: newSecret() });
    const { codes, passed, allowed } = await flood('joinEvent', [async () => anew]);
    expect(codes).toEqual(['RATE_LIMITED', 'ok']);
    expect(passed).toBeLessThanOrEqual(allowed);
  });

  test('RATE_LIMITED says how long to wait, and that is long enough', async () => {
    const eventId = await newEvent();
    const ana = await enter(eventId, 'ana', { url: url() });
    // Sends, five a second, are not asked for fast enough by a slow machine that waits for each answer.
    for (const action of ['typing', 'joinEvent'] as const) {
      const ask = () =>
        ana.request(action, data[action]).then(
          () => undefined,
          ({ code, data: refused }: Refused) => (code === 'RATE_LIMITED' ? refused : undefined),
        );
      let refused: ErrorData | undefined;
      // One after the other: of several at once any could be the one that may pass next.
      while (!refused) refused = await ask();
      expect(refused.retryAfterMs).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, refused?.retryAfterMs));
      expect(await ask()).toBeUndefined();
    }
  });

  test('next to people who flood on both wires others write as ever', async () => {
    const eventId = await newEvent();
    const bob = await enter(eventId, 'bob', { url: url() });
    const cid = await enter(eventId, 'cid', { url: url() });
    const floods = [
      onJson(await enter(eventId, 'ana', { url: url() })),
      await socketTab(eventId, newSecret()),
    ].map((ask) =>
      Promise.all(Array.from({ length: 150 }, (_, i) => ask('sendMessage', { text: `buy ${i}` }))),
    );
    const said = Array.from({ length: 10 }, (_, i) => `words ${i}`);
    // Below every rate: none is refused.
    for (const text of said) await bob.request('sendMessage', { text });
    const codes = (await Promise.all(floods)).flat();
    expect([...new Set(codes)].sort()).toEqual(['RATE_LIMITED', 'ok']);
    await cid.say('end');
    for (const client of [bob, cid]) {
      await hears(client, 'end');
      expect(textsHeardBy(client).filter((text) => said.includes(text))).toEqual(said);
      const bought = client.all('newMessage').filter(({ text }) => text.startsWith('buy'));
      // A machine that sleeps for as long as a lease may have some heard twice.
      expect(new Set(bought.map(({ seq }) => seq)).size).toBe(codes.filter((code) => code === 'ok').length);
    }
  });
});

describe('people with tokens', () => {
  let stack: RunningChat;
  beforeAll(async () => {
    const ofSuite = { ...unlimited, 'auth.issuer': inject('issuerUrl'), 'auth.audience': AUDIENCE };
    stack = await runChatHere(ofSuite, { forFunctions: unset, functionLogs: 'none' });
  });
  afterAll(() => stack.stop());

  test.for(['sendMessage', 'typing'] as const)(
    '%s: one allowance of a subject, whatever tokens it shows, on both wires and after reconnects',
    async (action) => {
      const url = `${stack.outputs.WebSocketUrl}`;
      const headers = bearer(await token({ sub: 'operator', scope: 'chat:operate' }));
      const request = { method: 'POST', body: { name: 'Limited' }, headers };
      const { body } = await http('', { ...request, url: `${stack.outputs.EventsUrl}` });
      const tokenNamed = (name: string) => token({ sub: `the one of ${action}`, name });
      const tab = async (name: string) => enter(body.id, '', { url: withToken(await tokenNamed(name), url) });
      const first = await tab('ana');
      const done = await flood(action, [
        async () => onJson(first),
        async () => {
          await first.close();
          return onJson(await tab('anabel'));
        },
        async () => {
          const client = await connectSocket({ auth: { token: await tokenNamed('ana') } }, url);
          await client.ask('joinEvent', { eventId: body.id });
          return async (asked, what) => (await client.ask(asked, what)).error?.code ?? 'ok';
        },
      ]);
      expectOneAllowance(action, done);
    },
  );
});
