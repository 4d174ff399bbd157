import { ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { deleteEvent } from '../../shared/chat/deletion/delete-event.ts';
import { getEvent } from '../../shared/chat/get-event.ts';
import { ban } from '../../shared/chat/moderation/ban.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { listAudit } from '../../shared/chat/moderation/lists.ts';
import { updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { sweep } from '../../shared/chat/sweep.ts';
import { timing } from '../../shared/timing.ts';
import { type ChatOnTable, chatOnTable, participantIdOf } from './chat-on-table.ts';
import { dieAfterWrite, isWrite, later } from './troubles.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
  Object.assign(room.chat.settings, { directAudienceMax: 50 });
});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const operator = { name: 'olga', rights: ['operate' as const] };
const runSweep = () => sweep(room.chat, Date.now() + MINUTE);
const remove = (deadline = Date.now() + 10_000) => deleteEvent(room.chat, 'e', operator, deadline);

/** What the table has of the event, but for its audit log. */
async function left(): Promise<string[]> {
  const { Items = [] } = await room.table.client.send(new ScanCommand({ TableName: room.table.name }));
  return Items.filter(
    ({ pk, membership }) => /^(EVENT|SENT|BAN)#e(#|$)/.test(pk) || membership?.eventId === 'e',
  )
    .map(({ pk, sk }) => `${pk} ${sk}`)
    .filter((key) => !key.startsWith('EVENT#e#AUDIT'))
    .sort();
}

/** The last step is taken when nobody can write any more. */
async function untilOver(): Promise<void> {
  later(timing.lateWriterMs + 1_000);
  await runSweep();
}

/** An event with everything that one can have. */
async function scene() {
  const ana = await room.enter('ana');
  const bob = await room.enter('bob');
  await updateEvent(room.chat, 'e', operator, {
    hosts: [participantIdOf(bob)],
    endsAt: new Date(Date.now() + DAY).toISOString(),
  });
  for (let i = 0; i < 3; i += 1) await room.say(ana, `m${i}`, `id-${i}`);
  const { seq } = await room.say(ana, 'wrong');
  await deleteMessage(room.chat, 'e', operator, { seq });
  await ban(room.chat, 'e', operator, { participantId: 'somebody' });
  return { ana, bob };
}

test('a deleted event is gone with everything of it, and those who were in it are in none', async () => {
  await scene();
  expect((await left()).length).toBeGreaterThan(12);
  expect(await remove()).toBe(true);
  // By which the sweep finds what comes late.
  expect(await left()).toEqual(['EVENT#e HEAD', 'EVENT#e META']);
  await expect(getEvent(room.chat, 'e')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  await expect(room.join('ana')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  expect((await room.find('bob')).membership).toBeUndefined();
  await expect(room.say(await room.find('bob'), 'hm')).rejects.toMatchObject({ code: 'NOT_JOINED' });
  await untilOver();
  expect(await left()).toEqual([]);
  const trace = { by: 'olga', action: 'deleteEvent', changes: { name: 'E' } };
  expect((await listAudit(room.chat, 'e', {})).records[0]).toMatchObject(trace);
  expect((await listAudit(room.chat, undefined, {})).records).toMatchObject([{ ...trace, eventId: 'e' }]);
});

/** Two audits, the end, a window, the removals; and a renewal of the lease, on a slow machine. */
const WRITES = 18;
test('a deletion does not write more often than it is killed below', async () => {
  await scene();
  const before = room.commands.length;
  await remove();
  expect(room.commands.slice(before).filter(isWrite).length).toBeLessThanOrEqual(WRITES);
});

test('its deletion can be repeated until it is over', async () => {
  await scene();
  await remove();
  expect(await remove()).toBe(true);
  await untilOver();
  await expect(remove()).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
});

test('what there is no time for is removed by the sweep', async () => {
  await scene();
  await room.fill(Array.from({ length: 1_200 }, (_, i) => ({ seq: 100 + i, kind: 'void' as const })));
  expect(await remove(0)).toBe(false);
  await expect(getEvent(room.chat, 'e')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  await runSweep();
  expect(await left()).toEqual(['EVENT#e HEAD', 'EVENT#e META']);
});

test.for(Array.from({ length: WRITES }, (_, i) => i + 1))(
  'killed after write %i of a deletion, and repeated',
  async (write) => {
    await scene();
    dieAfterWrite(room, write);
    await remove(Date.now() + 1_000).catch(({ message }) => expect(message).toBe('died'));
    // Perhaps it did not come so far.
    room.before(
      () => false,
      () => {},
    );
    // A dead window would hold its lease.
    later(timing.leaseMs + 1);
    expect(await remove()).toBe(true);
    expect(await left()).toEqual(['EVENT#e HEAD', 'EVENT#e META']);
    await untilOver();
    expect(await left()).toEqual([]);
  },
);

test.for([3, 5, 8, 12, 16])(
  'killed after write %i of a deletion, and finished by the sweep',
  async (write) => {
    await scene();
    dieAfterWrite(room, write);
    await remove(Date.now() + 1_000).catch(({ message }) => expect(message).toBe('died'));
    later(timing.leaseMs + 1);
    await runSweep();
    await expect(getEvent(room.chat, 'e')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
    await untilOver();
    expect(await left()).toEqual([]);
  },
);

describe('while it is deleted', () => {
  const isPut = (prefix: string) => (command: object) =>
    command instanceof TransactWriteCommand && JSON.stringify(command.input.TransactItems).includes(prefix);

  test('somebody who was joining leaves nothing', async () => {
    await scene();
    await room.connect('cleo');
    room.before(isPut('OUTBOX#'), () => remove());
    await expect(room.join('cleo')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
    expect((await room.find('cleo')).membership).toBeDefined();
    await runSweep();
    expect((await room.find('cleo')).membership).toBeUndefined();
    await untilOver();
    expect(await left()).toEqual([]);
  });

  test('somebody who was sending leaves nothing', async () => {
    const { ana } = await scene();
    // It waits for that number, in vain.
    room.before(isPut('SENT#'), () => remove(Date.now() + 500));

    await room.say(ana, 'late', 'late');
    expect(await left()).toContainEqual(expect.stringContaining('MSG#'));
    await untilOver();
    expect(await left()).toEqual([]);
  });

  test('whoever has not got a number yet is refused', async () => {
    const { ana } = await scene();
    room.before(
      (command) => JSON.stringify(command).includes('ADD seq'),
      () => remove(),
    );
    await expect(room.say(ana, 'late')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  });
});

test('an ended event is deleted after its time', async () => {
  await scene();
  await updateEvent(room.chat, 'e', operator, { status: 'ended' });
  later(30 * DAY - MINUTE);
  await runSweep();
  expect(await getEvent(room.chat, 'e')).toMatchObject({ status: 'ended' });
  later(2 * MINUTE);
  await runSweep();
  await expect(getEvent(room.chat, 'e')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  await untilOver();
  expect(await left()).toEqual([]);
  expect((await listAudit(room.chat, undefined, {})).records).toMatchObject([{ by: 'system', eventId: 'e' }]);
});

test('an ended event is kept for longer, if the setting says so by then', async () => {
  await updateEvent(room.chat, 'e', operator, { status: 'ended' });
  Object.assign(room.chat.settings, { endedEventRetentionDays: 60 });
  later(31 * DAY);
  await runSweep();
  expect(await getEvent(room.chat, 'e')).toMatchObject({ status: 'ended' });
  later(30 * DAY);
  await runSweep();
  await expect(getEvent(room.chat, 'e')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
});
