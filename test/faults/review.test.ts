import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { arnOfModule } from '../../local/lambda/module-function.ts';
import { createEvent, enter as enterAt, hears, refusal } from '../support/chat.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';

/** A reviewer that does what the message says, in a Lambda of its own. */
const reviewer = `
import { appendFileSync } from 'node:fs';
export async function handler({ eventId, message }) {
  appendFileSync(new URL('asked', import.meta.url), JSON.stringify({ eventId, message }) + '\\n');
  const [what, ...rest] = message.text.split(' ');
  if (what === 'answer') return JSON.parse(rest.join(' '));
  if (what === 'fail') throw new Error(message.text);
  if (what === 'sleep') await new Promise((resolve) => setTimeout(resolve, 10_000));
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
      sendsPerSecond: 1_000,
      sendBurst: 1_000,
      'review.function': arnOfModule('review'),
      'review.timeoutMs': 2_000,
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
const events = () => `${stack.outputs.EventsUrl}`;
const answer = (verdict: unknown) => `answer ${JSON.stringify(verdict)}`;

test('a reviewer allows, denies and changes messages', async () => {
  const eventId = await createEvent('Reviewed', events());
  const ana = await enterAt(eventId, 'ana', { url: url() });
  const bob = await enterAt(eventId, 'bob', { url: url() });
  await ana.say('hello');
  const rejected = await refusal(ana.say(answer({ action: 'deny', reason: 'Be kind.' })));
  expect(rejected).toMatchObject({ code: 'MESSAGE_REJECTED', reason: 'Be kind.' });
  const changed = await ana.say(answer({ action: 'modify', text: 'h***o' }));
  expect(changed.text).toBe('h***o');
  await hears(bob, 'h***o');
  expect(bob.all('newMessage').map(({ text }) => text)).toEqual(['hello', 'h***o']);
});
