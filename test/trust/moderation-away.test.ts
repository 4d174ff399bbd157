import { afterAll, beforeAll, expect, test } from 'vitest';
import { unlimited } from '../setup/chat-stack.ts';
import { createEvent, enter, http } from '../support/chat.ts';
import { type RunningChat, runChat } from '../support/run-chat.ts';
import { enterSocket } from '../support/sockets.ts';

/** Where others hear at once that somebody is lost, who may nevertheless come back to the session. */
let stack: RunningChat;
beforeAll(async () => {
  stack = await runChat(unlimited, { forFunctions: { presenceGraceSeconds: 0 } });
});
afterAll(() => stack.stop());

test('somebody who seems to have left cannot come back to the session after a ban', async () => {
  const [url, events] = [`${stack.outputs.WebSocketUrl}`, `${stack.outputs.EventsUrl}`];
  const eventId = await createEvent('Moderated', events);
  const bob = await enter(eventId, 'bob', { url });
  const ana = await enterSocket(eventId, 'ana', { url });
  const { participant } = await bob.next('userJoined');
  await ana.cut();
  await bob.next('userLeft');
  const body = { participantId: participant?.id };
  await http(`/${eventId}/bans`, { method: 'POST', body, url: events });
  await ana.comeBack();
  expect(ana.socket.recovered).toBe(false);
});
