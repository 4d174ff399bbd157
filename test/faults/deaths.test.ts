import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { actsOfModeration, moderateTwice, sendAwayTwice } from '../deaths/moderation.ts';
import { sendAgain, wires } from '../deaths/sends.ts';
import type { ChatClient } from '../support/chat-client.ts';
import type { Mark } from '../support/deaths.ts';
import { localStage } from '../support/local-stage.ts';
import { endFaults, type RunningChat, runChat } from '../support/run-chat.ts';
import { sayMany, textsOf } from '../support/sockets.ts';
import { enter, enterSocket, newEvent, type Stage, unlimited } from '../support/stage.ts';

/** One death of each kind on the local stack, with real sockets. test/deaths has all of them, on simulated services. */
let stack: RunningChat;
let stage: Stage;
beforeAll(async () => {
  stack = await runChat(unlimited, { functionLogs: 'none' });
  stage = localStage(stack);
});
afterEach(() => endFaults(stack));
afterAll(() => stack.stop());

const markOf = (marks: readonly Mark[], name: string): Mark => {
  const mark = marks.find(([one]) => one === name);
  if (!mark) throw new Error(`Nobody writes ${name}`);
  return mark;
};

describe('killed after', () => {
  test.for([
    ['the log', 'deleteMessage'],
    ['the head', 'what a backend publishes and pins'],
    ['the second connection', 'a kick'],
    ['the ban', 'a ban'],
    ['the mute', 'a mute'],
    ['the event', 'the deletion of the event'],
  ] as const)('%s of %s', ([name, act]) =>
    moderateTwice(stage, act, markOf(actsOfModeration[act]?.marks ?? [], name)),
  );

  test('the connection of a ban: the others hear of it', () => sendAwayTwice(stage, 'ban'));
});

test.for(Object.keys(wires))(
  '%s: a message whose sender died, sent again from wherever, is one message',
  (wire) => sendAgain(stage, wire, markOf(wires[wire]?.marks ?? [], 'the message with its marker')),
);

test('a reaction whose function died with the lease is told, and counted once', async () => {
  const eventId = await newEvent(stage);
  const ana = await enter(stage, eventId, 'ana');
  const bob = await enter(stage, eventId, 'bob');
  await ana.next('userJoined');
  const clap = (client: ChatClient) => client.request('react', { reaction: '👏' });
  await stage.dieAfterWrites({ function: 'websocket/react', of: 'CURSOR', writes: 1 }, () => clap(ana));
  await clap(bob);
  for (const client of [ana, bob])
    await stage.eventually(() => expect(client.all('reactions').at(-1)?.totals).toEqual({ '👏': 2 }));
});

test('a recovery that died right after it took the place of the lost connection loses nothing', async () => {
  const eventId = await newEvent(stage);
  const bob = await enter(stage, eventId, 'bob');
  const ana = await enterSocket(stage, eventId, 'ana', { reconnectionDelay: 20, reconnectionDelayMax: 100 });
  await sayMany(bob, 1, 'before');
  await ana.hears('newMessage');
  await ana.cut();
  const missed = await sayMany(bob, 10);
  await stage.dieAfterWrites({ function: 'websocket/default', of: 'SESSION#', writes: 1 }, () =>
    ana.comeBack(),
  );
  await sayMany(bob, 1, 'after');
  await ana.hears('newMessage', { text: 'after 0' });
  expect(textsOf(ana)).toEqual(['before 0', ...missed, 'after 0']);
  expect(bob.all('userLeft')).toEqual([]);
});

test('a connection that ended without a word is found by the next message, and leaves once', async () => {
  const eventId = await newEvent(stage);
  const ana = await enter(stage, eventId, 'ana');
  const ghost = await enter(stage, eventId, 'ghost');
  await ana.next('userJoined');
  stage.loseDisconnects(1);
  ghost.vanish();
  await expect.poll(() => stack.connections().length).toBe(1);
  await ana.say('anybody?');
  expect(await ana.next('userLeft')).toMatchObject({
    participant: { username: 'ghost' },
    participantCount: 1,
  });
});
