import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { getActiveEvents } from '../../shared/chat/get-active-events.ts';
import { updateEvent } from '../../shared/chat/moderation/update-event.ts';
import type { Connection } from '../../shared/store/connections.ts';
import { createEvent } from '../../shared/store/events.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

const operator = { name: 'olga', rights: ['operate' as const] };
const EVENTS = 60;

let room: ChatOnTable;
let ana: Connection;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  room = await chatOnTable();
  for (let i = 1; i < EVENTS; i += 1) await createEvent(room.table, `e${i}`, { name: 'E' }, Date.now());
  ana = await room.connect('ana');
  room.commands.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

const list = async () => (await getActiveEvents(room.chat, ana, { limit: 100 }, 0)).data.events;
const namesOf = async () => (await list()).map(({ name }) => name);
/** Read units: items are small; what is read consistently costs twice as much. */
const units = () =>
  room.commands.reduce((sum, command) => {
    if (command instanceof QueryCommand) return sum + 4;
    if (!(command instanceof BatchGetCommand)) return sum;
    const { Keys = [], ConsistentRead } = command.input.RequestItems?.[room.table.name] ?? {};
    return sum + Keys.length * (ConsistentRead ? 1 : 0.5);
  }, 0);

test('a flood of lists costs a few read units each, and everybody gets all events', async () => {
  const LISTS = 200;
  for (let i = 0; i < LISTS; i += 1) {
    expect(await list()).toHaveLength(EVENTS);
    vi.setSystemTime(Date.now() + 50);
  }
  expect(units() / LISTS).toBeLessThan(20);
});

test('whoever lists now and then sees what has just changed', async () => {
  for (const name of ['first', 'second', 'third']) {
    await updateEvent(room.chat, 'e', operator, { name });
    expect(await namesOf()).toContain(name);
    vi.setSystemTime(Date.now() + 5_000);
  }
});

test('in a flood, too: who is new and who has ended at once, the rest within a second', async () => {
  for (let i = 0; i < 25; i += 1) await list();
  await createEvent(room.table, 'new', { name: 'New' }, Date.now());
  await updateEvent(room.chat, 'e1', operator, { status: 'ended' });
  await updateEvent(room.chat, 'e', operator, { name: 'Another' });
  const now = await list();
  expect(now.map(({ id }) => id)).toContain('new');
  expect(now.map(({ id }) => id)).not.toContain('e1');
  vi.setSystemTime(Date.now() + 1_000);
  expect(await namesOf()).toContain('Another');
});
