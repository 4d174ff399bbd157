import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { arnOfModule } from '../../local/lambda/module-function.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import { createEvent, enter as enterAt, hears, http, refusal, textsHeardBy } from '../support/chat.ts';
import type { Mark } from '../support/deaths.ts';
import { localStage } from '../support/local-stage.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';
import { enterSocket } from '../support/sockets.ts';

/** A reviewer in a Lambda of its own, which does what the message says. */
const reviewer = `
export async function handler({ message }) {
  const [what, ...rest] = message.text.split(' ');
  if (what === 'answer') return JSON.parse(rest.join(' '));
  if (what === 'fail') throw new Error('failed');
  // Longer than anybody waits.
  if (what === 'sleep') await new Promise((resolve) => setTimeout(resolve, 12_000));
  return { action: 'allow' };
}
`;
const folder = mkdtempSync(join(tmpdir(), 'review-'));
const file = join(folder, 'reviewer.mjs');
writeFileSync(file, reviewer);

let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(
    {
      ...{ sendsPerSecond: 1_000, sendBurst: 1_000 },
      // Here a function may need seconds until it has started.
      ...{ 'review.function': arnOfModule('review'), 'review.timeoutMs': 5_000 },
    },
    { functions: [{ name: 'review', file }], functionLogs: 'none' },
  );
});
afterEach(() => endFaults(stack));
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const url = () => `${stack.outputs.WebSocketUrl}`;
const newEvent = () => createEvent('Reviewed', `${stack.outputs.EventsUrl}`);
const answer = (verdict: object) => `answer ${JSON.stringify(verdict)}`;

describe.for(['JSON', 'Socket.IO'] as const)('on the %s wire', (wire) => {
  /** Somebody who sends, and is told why not. */
  async function enterOn(eventId: string) {
    if (wire === 'JSON') {
      const client = await enterAt(eventId, 'ana', { url: url() });
      return {
        say: (text: string) => client.say(text),
        refused: (text: string) => refusal(client.say(text)),
      };
    }
    const client = await enterSocket(eventId, 'ana', { url: url() });
    const ask = (text: string) => client.ask('sendMessage', { text });
    return {
      say: async (text: string) => (await ask(text)).message as Message,
      refused: async (text: string) => (await ask(text)).error,
    };
  }

  test('a reviewer allows, denies and changes messages', async () => {
    const eventId = await newEvent();
    const ana = await enterOn(eventId);
    const bob = await enterAt(eventId, 'bob', { url: url() });
    await ana.say('hello');
    expect(await ana.refused(answer({ action: 'deny', reason: 'Be kind.' }))).toMatchObject({
      code: 'MESSAGE_REJECTED',
      reason: 'Be kind.',
    });
    expect(await ana.say(answer({ action: 'modify', text: 'h***o' }))).toMatchObject({
      seq: 2,
      text: 'h***o',
    });
    await ana.say('fail');
    await hears(bob, 'fail');
    expect(textsHeardBy(bob)).toEqual(['hello', 'h***o', 'fail']);
  });
});

test('what a slow reviewer does not answer is sent once, also when it is repeated meanwhile', async () => {
  const eventId = await newEvent();
  const ana = await enterAt(eventId, 'ana', { url: url() });
  const bob = await enterAt(eventId, 'bob', { url: url() });
  const slow = ana.say('sleep', 'slow');
  const [first, repeated] = await Promise.all([slow, ana.say('sleep', 'slow')]);
  expect(repeated).toEqual(first);
  await bob.say('done');
  await hears(bob, 'done');
  expect(textsHeardBy(bob)).toEqual(['sleep', 'done']);
});

test.for<Mark>([
  ['the rate', 'RATE#', 1],
  ['the head', ' HEAD', 1],
  ['the message with its marker', 'MSG#', 1],
])('killed after %s, a message that was changed is sent once when it is repeated', async ([, of, writes]) => {
  const eventId = await newEvent();
  const ana = await enterAt(eventId, 'ana', { url: url() });
  const bob = await enterAt(eventId, 'bob', { url: url() });
  const say = () => ana.say(answer({ action: 'modify', text: 'changed' }), 'id');
  await localStage(stack).dieAfterWrites({ function: 'websocket/send-message', of, writes }, say);
  const message = await say();
  expect(message.text).toBe('changed');
  await bob.say('done');
  await hears(bob, 'done');
  expect(textsHeardBy(bob)).toEqual(['changed', 'done']);
  const { body } = await http<{ messages: Message[] }>(`/${eventId}/messages`, {
    url: `${stack.outputs.EventsUrl}`,
  });
  expect(body.messages.map(({ text }) => text)).toEqual(['changed', 'done']);
});

test('what is reviewed is not in any log', async () => {
  const eventId = await newEvent();
  const ana = await enterAt(eventId, 'ana', { url: url() });
  await ana.say('fail unspeakable');
  await refusal(ana.say(answer({ action: 'deny', reason: 'unspeakable' })));
  const logs = () => stack.functionLogs.map(({ text }) => text).join('\n');
  await expect.poll(logs).toContain('a message could not be reviewed');
  for (const metric of ['Reviewed', 'Denied', 'ReviewFailed']) expect(logs()).toContain(`"${metric}":1`);
  expect(logs()).not.toContain('unspeakable');
});
