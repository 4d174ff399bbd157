import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { unlimited } from '../setup/chat-stack.ts';
import { createEvent, enter } from '../support/chat.ts';
import { type RunningChat, runChat } from '../support/run-chat.ts';
import { connectSocket } from '../support/sockets.ts';
import { ENTRY_BYTES, MEMBER_BYTES } from './actions.ts';
import { type Happenings, usageOf } from './model.ts';
import { add, nothing, sum, type Usage } from './usage.ts';

/** How much the model may differ from what is counted. */
const ERROR = 0.05;
const MESSAGES = 3;
const LOOK_MS = 500;

const nobody: Happenings = {
  ...{ joins: { json: 0, socketio: 0 }, leaves: { json: 0, socketio: 0 } },
  ...{ sends: 0, reactions: 0, typing: 0, windows: 0, presenceWindows: 0, named: 0, reactionsWindows: 0 },
  ...{ audience: {}, textLength: 41, haveIds: true, history: 0 },
};

// The DynamoDB in memory charges otherwise for some writes.
test.skipIf(inject('isDynamoDBInMemory'))('the model of the cost uses what the chat does', async () => {
  const counted = { ...nothing };
  let windows = 0;
  // As in a large event: senders leave the windows to the stream's function.
  const stack = await runChat(
    { ...unlimited, directAudienceMax: 0 },
    {
      meter: (metered) => {
        // What runs every minute does not belong to what happens.
        if ('logicalId' in metered && /Sweep|Heartbeat/.test(`${metered.logicalId}`)) return;
        add(counted, metered);
        if (metered.what === 'invocation' && metered.logicalId.startsWith('DeliveryDeliver')) windows += 1;
      },
    },
  );
  onTestFinished(() => stack.stop());
  const url = `${stack.outputs.WebSocketUrl}`;
  const eventId = await createEvent('Cost', `${stack.outputs.EventsUrl}`);
  /** What has been counted does not change any more. */
  const quiet = async () => {
    let before = '';
    const look = () => {
      const now = JSON.stringify(counted);
      const isSame = now === before;
      before = now;
      expect(isSame).toBe(true);
    };
    await vi.waitFor(look, { timeout: 60_000, interval: LOOK_MS });
  };
  const modelled: Usage[] = [];
  /** Does something that one window tells, and says what the model makes of it. */
  const happens = async (does: () => Promise<unknown>, what: Partial<Happenings>) => {
    windows = 0;
    await does();
    await expect.poll(() => windows, { timeout: 60_000 }).toBeGreaterThan(0);
    await quiet();
    modelled.push(usageOf({ ...nobody, windows: 1, ...what }));
    // If a window runs while somebody joins, another looks what they have missed.
    const more = windows - 1;
    modelled.push(usageOf({ ...nobody, windows: more, presenceWindows: what.presenceWindows ? more : 0 }));
  };

  const audience = { json: 0, 'socketio-batch': 0 };
  const json: Awaited<ReturnType<typeof enter>>[] = [];
  const sockets: Awaited<ReturnType<typeof connectSocket>>[] = [];
  const username = (i: number) => `visitor ${1_000 + i}`;
  await quiet();
  Object.assign(counted, nothing);
  for (let i = 0; i < 4; i += 1) {
    const told = { audience: { ...audience }, presenceWindows: 1, named: 1 };
    if (i % 2 === 0) {
      const join = async () => json.push(await enter(eventId, username(i), { url }));
      await happens(join, { ...told, joins: { json: 1, socketio: 0 } });
      audience.json += 1;
    } else {
      const join = async () => {
        const socket = await connectSocket({ query: { batch: 1 } }, url);
        await socket.ask('joinEvent', { eventId, username: username(i) });
        sockets.push(socket);
      };
      await happens(join, { ...told, joins: { json: 0, socketio: 1 } });
      audience['socketio-batch'] += 1;
    }
  }
  for (let i = 0; i < MESSAGES; i += 1) {
    const clientMessageId = crypto.randomUUID();
    const message = { text: 'x'.repeat(41), clientMessageId };
    await happens(async () => json[0]?.request('sendMessage', message), { sends: 1, audience });
    const other = { ...message, clientMessageId: crypto.randomUUID() };
    await happens(async () => sockets[0]?.ask('sendMessage', other), { sends: 1, audience });
    await happens(async () => json[1]?.request('sendMessage', { text: message.text }), {
      ...{ sends: 1, haveIds: false, audience },
    });
    await happens(async () => json[1]?.request('react', { reaction: '👍' }), {
      ...{ reactions: 1, reactionsWindows: 1, audience },
    });
  }
  audience.json -= 1;
  await happens(async () => json[1]?.close(), {
    ...{ leaves: { json: 1, socketio: 0 }, audience, presenceWindows: 1, named: 1 },
  });

  const expected = sum(...modelled);
  const errors = Object.fromEntries(
    (Object.keys(nothing) as (keyof Usage)[]).map((name) => [name, expected[name] / counted[name] - 1]),
  );
  const [member, entry] = await Promise.all([
    averageSize(stack, `EVENT#${eventId}#AUDIENCE`, 'CONN#'),
    averageSize(stack, `EVENT#${eventId}`, 'MSG#'),
  ]);
  Object.assign(errors, {
    memberBytes: MEMBER_BYTES / member - 1,
    entryBytes: (ENTRY_BYTES + nobody.textLength) / entry - 1,
  });
  for (const [name, error] of Object.entries(errors)) {
    const why = `${name}; counted ${JSON.stringify(counted)}, modelled ${JSON.stringify(expected)}`;
    expect(Math.abs(error), why).toBeLessThanOrEqual(ERROR);
  }
});

type Value = { S?: string; N?: string; BOOL?: boolean; M?: Record<string, Value> };

/** Of items, bytes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
async function averageSize(
  { tables, dynamodbEndpoint }: RunningChat,
  pk: string,
  sk: string,
): Promise<number> {
  const { Items } = (await callDynamoDB(dynamodbEndpoint, 'Query', {
    TableName: Object.values(tables)[0],
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
  })) as { Items: Record<string, Value>[] };
  return Items.reduce((total, item) => total + sizeOfFields(item), 0) / Items.length;
}

const sizeOfFields = (fields: Record<string, Value>): number =>
  Object.entries(fields).reduce((total, [name, value]) => total + Buffer.byteLength(name) + sizeOf(value), 0);

function sizeOf({ S, N, M }: Value): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (M !== undefined) return 3 + Object.keys(M).length + sizeOfFields(M);
  return 1;
}
