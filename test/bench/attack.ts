import { newId, newSecret, sessionIdOf } from '../../shared/ids.ts';
import type { Wire } from '../../shared/protocol/wire.ts';
import { getConnection, openSocket, putConnection } from '../../shared/store/connections.ts';
import { updateCursor } from '../../shared/store/cursor.ts';
import { createEvent } from '../../shared/store/events.ts';
import { putEntry } from '../../shared/store/log.ts';
import { putSession } from '../../shared/store/sessions.ts';
import { type MeteredChat, meteredChat, type Usage } from './attack/metered-chat.ts';
import type { Measurement, Part } from './measurement.ts';

/** So many frames of each kind: less than what is let through. */
const FRAMES = 20;
const RECOVERIES = 6;
const MESSAGES = 1_000;
const EVENTS = 100;
const ROOM = 30;
const LATER = 3_600_000;

/** What one frame of an attacker costs, by what it is; the dearest of all counts. */
export const attack: Part = async (say) => {
  const chat = await meteredChat();
  try {
    const results: Measurement[] = [];
    for (const [name, prepare] of Object.entries(attacks)) {
      const { frames = FRAMES, send } = await prepare(chat);
      chat.take();
      for (let index = 0; index < frames; index += 1) await send(index);
      const used = chat.take();
      say(`${name.padEnd(22)} ${row(used, frames)}`);
      const each: Record<string, [number, string]> = {
        Invocations: [used.invocations, 'invocations'],
        WriteUnits: [used.writeUnits, 'units'],
        ReadUnits: [used.readUnits, 'units'],
        Frames: [used.posts, 'frames'],
        LambdaMs: [used.lambdaMs, 'ms'],
      };
      for (const [what, [value, unit]] of Object.entries(each))
        results.push({ name: `attack.${name}${what}`, value: value / frames, unit });
    }
    const lambdaMs = results.filter(({ unit }) => unit === 'ms').map(({ value }) => value);
    return [...results, { name: 'attack.worstLambdaMsPerFrame', value: Math.max(...lambdaMs), unit: 'ms' }];
  } finally {
    await chat.stop();
  }
};

const row = ({ invocations, writeUnits, readUnits, posts, lambdaMs }: Usage, frames: number) =>
  Object.entries({ invocations, 'write units': writeUnits, 'read units': readUnits, posts, ms: lambdaMs })
    .map(([what, value]) => `${(value / frames).toFixed(1).padStart(7)} ${what}`)
    .join('');

interface Prepared {
  frames?: number;
  send(index: number): Promise<void>;
}

const eventOf = (connectionId: string, body: string) => ({
  requestContext: { connectionId, requestId: newId(), connectedAt: Date.now() },
  body,
});
const json = (action: string, data: object = {}) => JSON.stringify({ action, id: 1, data });

async function connect({ table }: MeteredChat, wire: Wire = 'json'): Promise<string> {
  const connectionId = newId();
  await putConnection(table, { connectionId, wire, connectedAt: Date.now() });
  return connectionId;
}

/** A Socket.IO client that has said CONNECT; resolves to its secret, too. */
async function connectSocket(chat: MeteredChat, wire: Wire = 'socketio-batch') {
  const connectionId = await connect(chat, wire);
  const pid = newSecret();
  const socket = { sid: newId(), sessionId: sessionIdOf(pid) };
  const connection = await getConnection(chat.table, connectionId);
  if (!connection) throw new Error('The connection is unknown');
  await openSocket(chat.table, connection, { socket, participantToken: newSecret() });
  await putSession(chat.table, socket.sessionId, connection);
  return { connectionId, pid };
}

async function newEvent({ table }: MeteredChat): Promise<string> {
  const eventId = newId();
  await createEvent(table, eventId, { name: 'Attacked', description: 'x'.repeat(200) }, Date.now());
  return eventId;
}

/** Fills the log of an event. */
async function fill({ table }: MeteredChat, eventId: string): Promise<void> {
  const participant = { id: newId(), username: 'somebody' };
  const text = 'Did you see that?! '.repeat(10);
  for (let seq = 1; seq <= MESSAGES; seq += 1) {
    const message = { id: newId(), eventId, seq, participant, text, sentAt: new Date().toISOString() };
    await putEntry(table, eventId, { seq, kind: 'message', message }, Date.now() + LATER);
  }
  await updateCursor(table, eventId, {
    UpdateExpression: 'SET delivered = :all',
    ExpressionAttributeValues: { ':all': MESSAGES },
  });
}

async function joinAs(chat: MeteredChat, connectionId: string, eventId: string): Promise<void> {
  const handler = await chat.load('join-event');
  await handler(
    eventOf(connectionId, json('joinEvent', { eventId, username: 'mallory' })) as never,
    {} as never,
  );
}

/** The same frame again and again, to a function. */
async function same(chat: MeteredChat, to: string, connectionId: string, frame: string): Promise<Prepared> {
  const handler = await chat.load(to);
  return { send: () => chat.invoke(handler, eventOf(connectionId, frame)) };
}

/** A client that shakes hands and hangs up, which API Gateway reports. */
async function handshake(chat: MeteredChat): Promise<Prepared> {
  const [connected, opened, disconnected] = await Promise.all(
    ['connect', 'open', 'disconnect'].map(chat.load),
  );
  if (!connected || !opened || !disconnected) throw new Error('A function is missing');
  return {
    async send() {
      const connectionId = newId();
      const event = {
        ...eventOf(connectionId, ''),
        queryStringParameters: { EIO: '4', transport: 'websocket' },
      };
      await chat.invoke(connected, event);
      chat.gone.add(connectionId);
      await chat.invoke(disconnected, event);
      await chat.invoke(opened, { connectionId, sid: newId() });
    },
  };
}

const attacks: Record<string, (chat: MeteredChat) => Promise<Prepared>> = {
  async getHistory(chat) {
    const [eventId, connectionId] = [await newEvent(chat), await connect(chat)];
    await fill(chat, eventId);
    await joinAs(chat, connectionId, eventId);
    return same(chat, 'get-history', connectionId, json('getHistory', { limit: 100 }));
  },
  async getActiveEvents(chat) {
    for (let count = 0; count < EVENTS; count += 1) await newEvent(chat);
    const frame = json('getActiveEvents', { limit: 100 });
    return same(chat, 'get-active-events', await connect(chat), frame);
  },
  ping: async (chat) => same(chat, 'default', await connect(chat), json('ping')),
  leaveEvent: async (chat) => same(chat, 'leave-event', await connect(chat), json('leaveEvent')),
  garbage: async (chat) => same(chat, 'default', await connect(chat), '{"action":'),
  pong: async (chat) => same(chat, 'default', (await connectSocket(chat)).connectionId, '3'),
  connectAgain: async (chat) => same(chat, 'default', await connect(chat, 'socketio'), '40/admin,'),
  hangUp: handshake,
  async deafClient(chat) {
    const handler = await chat.load('default');
    return {
      async send() {
        // The one before was closed.
        const connectionId = await connect(chat);
        chat.deaf.add(connectionId);
        await chat.invoke(handler, eventOf(connectionId, json('ping')));
      },
    };
  },
  async typing(chat) {
    const eventId = await newEvent(chat);
    const members = await Promise.all(Array.from({ length: ROOM }, () => connect(chat)));
    for (const connectionId of members) await joinAs(chat, connectionId, eventId);
    return same(chat, 'typing', members[0] ?? '', json('typing', { isTyping: true }));
  },
  async recovery(chat) {
    const eventId = await newEvent(chat);
    const { connectionId, pid } = await connectSocket(chat);
    const handler = await chat.load('default');
    const join = `42${JSON.stringify(['joinEvent', { eventId, username: 'mallory' }])}`;
    await handler(eventOf(connectionId, join) as never, {} as never);
    await fill(chat, eventId);
    const auth = JSON.stringify({ pid, offset: `0.1.${eventId}` });
    return {
      frames: RECOVERIES,
      send: async () => chat.invoke(handler, eventOf(await connect(chat, 'socketio-batch'), `40${auth}`)),
    };
  },
};
