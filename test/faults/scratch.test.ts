import { afterAll, beforeAll, test } from 'vitest';
import { createEvent, enter } from '../support/chat.ts';
import { type RunningChat, runChat } from '../support/run-chat.ts';

let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat({}, { functionLogs: 'none', dynamodbKind: 'memory', onWrite: (w) => {
    if (/CURSOR|HEAD|MSG#/.test(JSON.stringify(w))) console.error((Date.now() % 1e6) / 1000, JSON.stringify(w).slice(0, 160));
  } });
});
afterAll(() => stack.stop());
test.for([['SendMessage'], ['Delivery']])('%s', { timeout: 200_000 }, async ([name = '']) => {
  const url = `${stack.outputs.WebSocketUrl}`;
  const id = await createEvent('x', `${stack.outputs.EventsUrl}`);
  const bob = await enter(id, 'bob', { url });
  const ana = await enter(id, 'ana', { url });
  await ana.say('warm');
  await stack.idle();
  console.error('---', name, (Date.now() % 1e6) / 1000);
  stack.faults.killAfterWrites = { function: name, of: 'CURSOR', writes: 1, times: 1 } as never;
  if (name === 'Delivery') stack.faults.killAfterWrites = { function: name, of: 'CURSOR', writes: 1, times: 1 } as never;
  void ana.request('sendMessage', { text: 'killed' }).catch(() => {});
  for (;;) { const m = await bob.next('newMessage') as { text: string }; if (m.text === 'killed') break; }
  console.error('heard', (Date.now() % 1e6) / 1000);
});
