import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { createEvent } from '../../shared/chat/create-event.ts';
import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { listEvents } from '../../shared/chat/list-events.ts';
import { listAudit } from '../../shared/chat/moderation/lists.ts';
import { updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { sweep } from '../../shared/chat/sweep.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import { createEvent as create, getEvent } from '../../shared/store/events.ts';
import { DUE, eventGroup } from '../../shared/store/keys.ts';
import { listGroup } from '../../shared/store/table.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';
import { dieAfterWrite, later } from './troubles.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});

const MINUTE = 60_000;
const operator = { name: 'olga', rights: ['operate' as const] };
const runSweep = () => sweep(room.chat, Date.now() + MINUTE);
const inFuture = (ms: number) => new Date(Date.now() + ms).toISOString();
async function rows(group: string) {
  const keys = [];
  for await (const key of listGroup(room.table, group)) keys.push(key);
  return keys;
}
const idsOf = async (status: 'active' | 'ended') =>
  (await listEvents(room.chat, { status }, 100_000)).events.map(({ id }) => id);

/** How many requests a sweep makes. */
async function costOfSweep(): Promise<number> {
  const before = room.commands.length;
  await runSweep();
  return room.commands.length - before;
}

describe('a sweep', () => {
  test('does not cost more for any number of idle events', async () => {
    await runSweep();
    const cost = await costOfSweep();
    for (let i = 0; i < 200; i += 1)
      await create(room.table, `idle-${i}`, { name: 'E', endsAt: inFuture(MINUTE) }, Date.now());
    expect(await costOfSweep()).toBe(cost);
  });

  test('does not cost more for events in which something happened, once it was delivered', async () => {
    const cost = await costOfSweep();
    const ana = await room.enter('ana');
    await room.say(ana, 'hello');
    // It delivers; it serves whoever was held by then; it finds nothing to do.
    for (let i = 0; i < 3; i += 1) await runSweep();
    expect(await costOfSweep()).toBe(cost);
    const { delivered, participantCount } = (await getCursor(room.table, 'e')) ?? {};
    expect({ delivered, participantCount }).toEqual({ delivered: 1, participantCount: 1 });
  });

  test('delivers what changes while it looks', async () => {
    const ana = await room.enter('ana');
    await room.say(ana, 'first');
    for (let i = 0; i < 2; i += 1) await runSweep();
    await room.say(ana, 'second');
    await runSweep();
    const isDelivered = (command: object) =>
      command instanceof UpdateCommand && `${command.input.UpdateExpression}`.startsWith('REMOVE #group');
    // It has seen that all is delivered, and is about to write that down.
    room.before(isDelivered, () => room.say(ana, 'third'));
    await runSweep();
    await runSweep();
    expect((await getCursor(room.table, 'e'))?.delivered).toBe(3);
  });

  test('finds a departure whose Lambda died before it signalled it', async () => {
    const ana = await room.enter('ana');
    for (let i = 0; i < 3; i += 1) await runSweep();
    expect((await getCursor(room.table, 'e'))?.participantCount).toBe(1);
    room.after(
      (command) => command instanceof TransactWriteCommand,
      () => {
        throw new Error('died');
      },
    );
    await expect(leaveEvent(room.chat, ana)).rejects.toThrow('died');
    await runSweep();
    expect((await getCursor(room.table, 'e'))?.participantCount).toBe(0);
  });
});

describe('an event with an endsAt', () => {
  const newEvent = (endsAt: string) => createEvent(room.chat, operator, { name: 'Short', endsAt });

  test('ends by itself, which is audited', async () => {
    const { id } = await newEvent(inFuture(30_000));
    await runSweep();
    expect(await idsOf('active')).toContain(id);
    later(31_000);
    await runSweep();
    expect(await getEvent(room.table, id)).toMatchObject({ status: 'ended' });
    expect([await idsOf('ended'), await idsOf('active')]).toEqual([[id], ['e']]);
    const { records } = await listAudit(room.chat, id, {});
    expect(records[0]).toMatchObject({
      by: 'system',
      action: 'updateEvent',
      changes: { status: 'ended' },
    });
    await runSweep();
    expect((await listAudit(room.chat, id, {})).records).toHaveLength(2);
    expect((await getCursor(room.table, id))?.delivered).toBe(1);
  });

  test('ends later or never, if that is what becomes of it', async () => {
    const { id } = await newEvent(inFuture(30_000));
    await updateEvent(room.chat, id, operator, { endsAt: inFuture(90_000) });
    const other = await newEvent(inFuture(30_000));
    await updateEvent(room.chat, other.id, operator, { endsAt: null });
    later(31_000);
    await runSweep();
    expect(await idsOf('ended')).toEqual([]);
    later(60_000);
    await runSweep();
    expect(await idsOf('ended')).toEqual([id]);
    expect((await rows(DUE)).map(({ pk, sk }) => [pk, sk])).toEqual([[`EVENT#${id}`, 'DUE#deletion']]);
  });

  test('ends at the next sweep, if it is changed to the past', async () => {
    const { id } = await newEvent(inFuture(MINUTE));
    await updateEvent(room.chat, id, operator, { endsAt: inFuture(-MINUTE) });
    await runSweep();
    expect(await idsOf('ended')).toEqual([id]);
  });

  test('cannot begin in the past', async () => {
    await expect(newEvent(inFuture(-1))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      details: { issues: [{ path: 'endsAt', message: 'must be in the future' }] },
    });
  });

  test('that somebody has ended is not due any more', async () => {
    const { id } = await newEvent(inFuture(MINUTE));
    await updateEvent(room.chat, id, operator, { status: 'ended' });
    expect((await rows(DUE)).map(({ sk }) => sk)).toEqual(['DUE#deletion']);
  });

  test.for([1, 2, 3, 4, 5, 6, 7, 8])('ends once, though the sweep dies at write %i of it', async (write) => {
    const { id } = await newEvent(inFuture(MINUTE));
    later(MINUTE + 1);
    dieAfterWrite(room, write);
    await runSweep();
    await runSweep();
    await runSweep();
    expect(await getEvent(room.table, id)).toMatchObject({ status: 'ended' });
    expect(await idsOf('ended')).toEqual([id]);
    expect(await getEventHead(room.table, id)).toMatchObject({ seq: 1, endSeq: 1 });
    expect((await rows(DUE)).map(({ sk }) => sk)).toEqual(['DUE#deletion']);
    expect((await rows(eventGroup('active'))).map(({ pk }) => pk)).toEqual(['EVENT#e']);
  });
});
