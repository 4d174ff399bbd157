import { expect, onTestFinished, test, vi } from 'vitest';
import { unlimited } from '../setup/chat-stack.ts';
import { createEvent, enter } from '../support/chat.ts';
import { runChat } from '../support/run-chat.ts';
import { connectSocket } from '../support/sockets.ts';
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

test('the model of the cost uses what the chat does', async () => {
  const counted = { ...nothing };
  let windows = 0;
  // As in a large event: senders leave the windows to the stream's function.
  const stack = await runChat(
    { ...unlimited, directAudienceMax: 0 },
    {
      meter: (metered) => {
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
    const b4 = { ...counted };
    await does();
    await quiet();
    const d = Object.fromEntries(Object.entries(counted).map(([k, v]) => [k, v - b4[k as keyof Usage]]));
    const m = sum(usageOf({ ...nobody, windows: 1, ...what }), usageOf({ ...nobody, windows: windows - 1 }));
    console.log(JSON.stringify(what).slice(0, 90), windows, JSON.stringify(d), JSON.stringify(m));
    modelled.push(usageOf({ ...nobody, windows: 1, ...what }));
    // If a window runs while somebody joins, another looks what they have missed.
    modelled.push(usageOf({ ...nobody, windows: windows - 1 }));
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
  console.table({ counted, modelled: expected, errors });
  for (const [name, error] of Object.entries(errors))
    expect(Math.abs(error), name).toBeLessThanOrEqual(ERROR);
});
