import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import type { Chat } from '../../shared/chat/chat.ts';
import { connectSocket } from '../../shared/chat/connect-socket.ts';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import { catchUp } from '../../shared/delivery/deliver.ts';
import { nobodyServed } from '../../shared/delivery/posting/rounds.ts';
import { newSecret } from '../../shared/ids.ts';
import { encodeOffset } from '../../shared/protocol/offset.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

/** Others come and go in the very moment in which somebody joins or comes back: what these hear last of everybody is true. */
let room: ChatOnTable;
let chat: Chat;
/** What ana hears of others, on either of her connections. */
let heard: string[];
const token = newSecret();

beforeEach(async () => {
  room = await chatOnTable();
  chat = room.chat;
  heard = [];
  chat.send = async ({ connectionId, wire }, ...events) => {
    hear(connectionId, packFrames(wire, events));
    return 'delivered';
  };
  chat.poster.postAll = async (batches) => {
    const served = nobodyServed();
    for (const { connectionIds, frames } of batches) {
      for (const connectionId of connectionIds) hear(connectionId, frames);
      served.connections += connectionIds.length;
    }
    return { ...served, frames: served.connections };
  };
});

function hear(connectionId: string, frames: readonly string[]): void {
  if (!connectionId.startsWith('ana')) return;
  for (const frame of frames) {
    const content = JSON.parse(frame.replace(/^42/, ''));
    const events: [string, { participant?: { username: string }; participants?: { username: string }[] }][] =
      frame.startsWith('42') ? [content] : [content].flat().map(({ event, data }) => [event, data]);
    for (const [event, { participant, participants = [] }] of events) {
      if (event === 'eventHistory') heard.push(`history with ${participants.map((one) => one.username)}`);
      else if (participant) heard.push(`${event} ${participant.username}`);
    }
  }
}

const windows = () => catchUp(chat, 'e', Date.now() + 20_000);

/** Carl, in one tab more. */
async function carlJoins(connectionId: string): Promise<void> {
  const input = { eventId: 'e', username: 'carl', participantToken: token };
  const reply = await joinEvent(chat, await room.connect(connectionId), input);
  await reply.afterwards?.();
}

async function carlLeaves(connectionId: string): Promise<void> {
  await leaveEvent(chat, await room.find(connectionId));
}

const goesLive = (command: object) =>
  command instanceof UpdateCommand && `${command.input.UpdateExpression}`.includes('#state = :live');

/** Carl leaves right before ana goes live, and comes back right after. */
function whileAnaGoesLive(): void {
  room.before(goesLive, async () => {
    await carlLeaves('c1');
    await windows();
    room.after(goesLive, async () => {
      await carlJoins('c2');
      await windows();
    });
  });
}

test('after a join, whoever came back meanwhile is there', async () => {
  await carlJoins('c1');
  await windows();
  const reply = await joinEvent(chat, await room.connect('ana'), { eventId: 'e', username: 'ana' });
  whileAnaGoesLive();
  await reply.afterwards?.();
  await windows();
  expect(heard).toEqual(['history with carl,ana', 'userLeft carl', 'userJoined carl']);
});

test('after a join, whoever left and came back before the roster was read was there all the time', async () => {
  await carlJoins('c1');
  await windows();
  await carlLeaves('c1');
  const reply = await joinEvent(chat, await room.connect('ana'), { eventId: 'e', username: 'ana' });
  // Announced together, this is nothing.
  await carlJoins('c2');
  await windows();
  await reply.afterwards?.();
  await windows();
  expect(heard).toEqual(['history with carl,ana']);
});

test('after a join, nobody leaves twice', async () => {
  await carlJoins('c1');
  await windows();
  const reply = await joinEvent(chat, await room.connect('ana'), { eventId: 'e', username: 'ana' });
  await carlLeaves('c1');
  await reply.afterwards?.();
  await windows();
  await windows();
  expect(heard).toEqual(['history with carl,ana', 'userLeft carl']);
});

test('after a recovery, whoever came back meanwhile is there', async () => {
  await room.enter('bob');
  const first = await connectSocket(chat, await room.connect('ana', 'socketio'), {});
  await room.join('ana');
  await carlJoins('c1');
  await windows();
  const { presence = 0 } = (await getCursor(room.table, 'e')) ?? {};
  const offset = encodeOffset({ eventId: 'e', seq: 0, presence });
  heard = [];
  const back = await connectSocket(chat, await room.connect('ana 2', 'socketio'), {
    pid: first?.answer.pid,
    offset,
  });
  expect(back?.answer.pid).toBe(first?.answer.pid);
  whileAnaGoesLive();
  await back?.afterwards?.();
  await windows();
  expect(heard).toEqual(['userLeft carl', 'userJoined carl']);
});

test('after a join while a window lists the members, whoever it announces is there', async () => {
  await carlJoins('c1');
  const lists = (command: object) =>
    command instanceof QueryCommand && JSON.stringify(command.input).includes('AUDIENCE');
  let history: (() => Promise<void>) | undefined;
  room.after(lists, async () => {
    const reply = await joinEvent(chat, await room.connect('ana'), { eventId: 'e', username: 'ana' });
    history = reply.afterwards;
  });
  await windows();
  await history?.();
  await windows();
  expect(heard).toEqual(['history with ana', 'userJoined carl']);
});
