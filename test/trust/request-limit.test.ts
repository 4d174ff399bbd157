import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import { unlimited, unset } from '../setup/chat-stack.ts';
import { connect, createEvent, enter } from '../support/chat.ts';
import { PacketClient } from '../support/packet-client.ts';
import { type RunningChat, runChatHere } from '../support/run-chat.ts';

/** What has no allowance of its own: reads, pings, what is no request. */
let stack: RunningChat;
const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Limited', `${stack.outputs.EventsUrl}`);

const json = (action: string, data?: object) => JSON.stringify({ action, data });
const onJson = {
  ping: json('ping'),
  getHistory: json('getHistory'),
  getActiveEvents: json('getActiveEvents'),
  leaveEvent: json('leaveEvent'),
  'an unknown action': json('dance'),
  'no JSON': '{"action": "ping"',
  'a payload that is none': json('sendMessage', { text: '' }),
  'a message of somebody who is in no event': json('sendMessage', { text: 'a' }),
};
const onSocketIo = {
  'an event': '42["ping"]',
  'an event that does not exist': '42["dance"]',
  pongs: '3',
  'an ack that nobody asked for': '430[]',
  'a CONNECT to another namespace': '40/admin,',
};

async function connectPackets(): Promise<PacketClient> {
  const client = await PacketClient.connect(`${url()}?EIO=4&transport=websocket`);
  expect(await client.next()).toMatch(/^0\{/);
  expect(await client.ask('40')).toMatch(/^40\{/);
  return client;
}

/** Sends the same over and over until the server closes the connection; resolves to what came. */
async function insist(client: PacketClient, frame: string): Promise<string[]> {
  const heard: string[] = [];
  const hearing = (async () => {
    for (let text = await client.nextOrClose(); text !== undefined; text = await client.nextOrClose()) {
      heard.push(text);
    }
  })();
  for (let i = 0; i < 400 && client.isOpen; i += 1) {
    client.send(frame);
    // At the pace of the answers, as far as there are any.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await hearing;
  return heard;
}

const refusalsOn = {
  json: (frame: string): ErrorData[] => {
    const { event, data } = JSON.parse(frame);
    return event === 'error' && data.code === 'RATE_LIMITED' ? [data] : [];
  },
  socketio: (packet: string): ErrorData[] => {
    const [name, data] = packet.startsWith('42') ? JSON.parse(packet.slice(2)) : [];
    return name === 'error' && data.code === 'RATE_LIMITED' ? [data] : [];
  },
};

describe('with little allowed', () => {
  beforeAll(async () => {
    stack = await runChatHere(unlimited, {
      forFunctions: { requestsPerSecond: 0.1, requestBurst: 10 },
      functionLogs: 'none',
    });
  });
  afterAll(() => stack.stop());

  test.for(Object.entries(onJson))('whoever goes on with %s is told and disconnected', async ([, frame]) => {
    const client = await PacketClient.connect(url());
    const refusals = (await insist(client, frame)).flatMap(refusalsOn.json);
    expect(refusals.length).toBeGreaterThan(5);
    for (const { retryAfterMs } of refusals) expect(retryAfterMs).toBeGreaterThan(0);
  });

  test.for(Object.entries(onSocketIo))(
    'on Socket.IO, whoever goes on with %s is told and sent away',
    async ([, packet]) => {
      const client = await connectPackets();
      const heard = await insist(client, packet);
      expect(heard.flatMap(refusalsOn.socketio).length).toBeGreaterThan(5);
      expect(heard).toContain('41');
    },
  );

  test('a request that is refused carries the refusal in its own answer', async () => {
    const client = await connect(url());
    const codes: string[] = [];
    while (!codes.includes('RATE_LIMITED')) {
      codes.push(
        await client.request('ping').then(
          () => 'ok',
          ({ code }) => code,
        ),
      );
    }
    const packets = await connectPackets();
    let answer = '';
    while (!answer.includes('RATE_LIMITED')) answer = await packets.ask('427["ping"]');
    expect(JSON.parse(answer.slice(3))).toMatchObject([
      { ok: false, error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } },
    ]);
  });

  test('messages, typing and joins have rates of their own', async () => {
    const eventId = await newEvent();
    const client = await enter(eventId, 'ana', { url: url() });
    for (let i = 0; i < 30; i += 1) await client.say(`words ${i}`);
    expect(client.all('error')).toEqual([]);
  });
});

test('retryAfterMs is long enough', async () => {
  stack = await runChatHere(unlimited, {
    forFunctions: { requestsPerSecond: 4, requestBurst: 4 },
    functionLogs: 'none',
  });
  try {
    const client = await connect(url());
    const ask = () =>
      client.request('ping').then(
        () => undefined,
        ({ data }) => data as ErrorData,
      );
    for (let round = 0; round < 2; round += 1) {
      let refused: ErrorData | undefined;
      while (!refused) refused = await ask();
      await new Promise((resolve) => setTimeout(resolve, refused?.retryAfterMs));
      expect(await ask()).toBeUndefined();
    }
  } finally {
    await stack.stop();
  }
});

describe('as configured by nobody', () => {
  beforeAll(async () => {
    stack = await runChatHere(unlimited, { forFunctions: unset, functionLogs: 'none' });
  });
  afterAll(() => stack.stop());

  test('300 broken frames in sequence get an error each', async () => {
    const client = await PacketClient.connect(url());
    for (let i = 0; i < 300; i += 1) {
      expect(JSON.parse(await client.ask('{'))).toMatchObject({ data: { code: 'BAD_REQUEST' } });
    }
    await client.close();
  });

  test('300 pages of a history, as fast as they come, and no write for the first', async () => {
    const client = await enter(await newEvent(), 'ana', { url: url() });
    const before = stack.writes.length;
    for (let i = 0; i < 30; i += 1) await client.request('getHistory', { limit: 100 });
    const charged = stack.writes
      .slice(before)
      .flatMap(({ keys }) => keys)
      .filter((key) => key.endsWith(' request'));
    expect(charged).toEqual([]);
    for (let i = 0; i < 270; i += 1) await client.request('getHistory', { limit: 100 });
  });
});
