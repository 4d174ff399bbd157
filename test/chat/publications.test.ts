import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEvent } from '../../shared/chat/create-event.ts';
import { markDeleted } from '../../shared/chat/deletion/delete-event.ts';
import { audit, auditRefusal } from '../../shared/chat/moderation/audit.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { publicationsOf } from '../../shared/chat/publications.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { listAudit } from '../../shared/store/audit.ts';
import type { Change } from '../../shared/store/changes.ts';
import { auditKey, eventKey, type Key, logKey } from '../../shared/store/keys.ts';
import { getItem } from '../../shared/store/table.ts';
import { type ChatOnTable, chatOnTable } from './chat-on-table.ts';

let room: ChatOnTable;
beforeEach(async () => {
  room = await chatOnTable();
});

const operator = { name: 'operator', rights: ['operate'] as const };
const at = '2026-01-01T00:00:00.000Z';
const changed = (how: Change['how'], key: Key): Change => ({ key, how, id: 'record', at });
const publish = (...changes: Change[]) => publicationsOf(room.table, changes);

test('an event is created, changed, ended and deleted', async () => {
  const event = { id: 'e', name: 'E', status: 'active' };
  expect(await publish(changed('INSERT', eventKey('e')), changed('MODIFY', eventKey('e')))).toMatchObject([
    [{ type: 'EventCreated', at, detail: { id: 'e-created', eventId: 'e', event } }],
    [{ type: 'EventUpdated', at, detail: { id: 'record', eventId: 'e', event } }],
  ]);
  await updateEvent(room.chat, 'e', operator, { status: 'ended' });
  const ended = { ...event, status: 'ended' };
  expect(await publish(changed('MODIFY', eventKey('e')), changed('REMOVE', eventKey('e')))).toMatchObject([
    [
      { type: 'EventUpdated', at, detail: { id: 'record', eventId: 'e', event: ended } },
      { type: 'EventEnded', at, detail: { id: 'e-ended', eventId: 'e', event: ended } },
    ],
    [{ type: 'EventDeleted', at, detail: { id: 'e-deleted', eventId: 'e' } }],
  ]);
});

describe('an event that is deleted', () => {
  const soon = Date.now() + 60_000;
  const later = soon + 60_000;
  /** A record of its details, written at a time. */
  const record = (ms: number): Change => ({
    ...changed('MODIFY', eventKey('e')),
    at: new Date(1_000 * Math.floor(ms / 1_000)).toISOString(),
  });
  const types = async (...changes: Change[]) =>
    (await publish(...changes)).map((all) => all.map(({ type }) => type));
  const end = () => updateEvent(room.chat, 'e', operator, { status: 'ended' });
  const remove = async (at: number) => {
    vi.setSystemTime(at);
    await markDeleted(room.chat, 'e', operator);
  };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: soon });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('after its end is not said to be changed, nor to end once more', async () => {
    await end();
    await remove(later);
    expect(await types(record(later + 5))).toEqual([[]]);
  });

  test('before its end was published is said to have ended, by the record of that', async () => {
    await end();
    await remove(later);
    expect(await types(record(soon), record(later))).toEqual([['EventEnded'], []]);
  });

  test('within the second of its end is said to have ended: nobody can tell which record is which', async () => {
    await end();
    await remove(soon + 1);
    expect(await types(record(soon))).toEqual([['EventEnded']]);
  });

  test('while it runs is said to have ended, by a record that is written after that', async () => {
    const before = room.commands.length;
    await remove(soon);
    const writes = room.commands.slice(before).map((command) => JSON.stringify(command));
    const at = (what: string) => writes.findLastIndex((write) => write.includes(what));
    expect(at('endListedAt')).toBeGreaterThan(at('endSeq'));
    expect(await types(record(soon), record(soon))).toEqual([['EventEnded'], ['EventEnded']]);
  });

  test('again is not changed again', async () => {
    await end();
    await remove(later);
    const item = () => getItem(room.table, eventKey('e'));
    const first = await item();
    await remove(later + 5_000);
    expect(await item()).toEqual(first);
  });
});

test('of an event that is gone by then it is said that it was created', async () => {
  expect(await publish(changed('INSERT', eventKey('gone')), changed('MODIFY', eventKey('gone')))).toEqual([
    [{ type: 'EventCreated', at, detail: { id: 'gone-created', eventId: 'gone' } }],
    [],
  ]);
});

test('messages are published unless they are deleted by then, and so is their deletion', async () => {
  const ana = await room.enter('ana');
  const [first, second] = [await room.say(ana, 'first'), await room.say(ana, 'second')];
  await deleteMessage(room.chat, 'e', operator, { seq: first.seq });
  const log = (seq: number) => changed('INSERT', logKey('e', seq));
  expect(await publish(log(1), log(2), log(3), log(2), log(99))).toEqual([
    [],
    [{ type: 'MessageSent', at: second.sentAt, detail: { id: second.id, eventId: 'e', message: second } }],
    [
      {
        type: 'MessageDeleted',
        at,
        detail: { id: 'e-3', eventId: 'e', messages: [{ seq: first.seq, id: first.id }] },
      },
    ],
    [{ type: 'MessageSent', at: second.sentAt, detail: { id: second.id, eventId: 'e', message: second } }],
    [],
  ]);
});

test('so are audit records, and refusals as what they are', async () => {
  const { id: eventId } = await createEvent(room.chat, operator, { name: 'Audited' });
  await audit(room.chat, eventId, operator, { action: 'kick', participantId: 'p', reason: 'Enough.' });
  await auditRefusal(room.chat, operator, {
    action: 'createEvent',
    error: new ChatError('FORBIDDEN'),
  });
  const { records } = await listAudit(room.table, eventId, { limit: 10 });
  const { records: refusals } = await listAudit(room.table, undefined, { limit: 10 });
  const [kick, creation] = records;
  const [refusal] = refusals;
  expect(
    await publish(
      ...records.map(({ id }) => changed('INSERT', auditKey(eventId, id))),
      ...refusals.map(({ id }) => changed('INSERT', auditKey(undefined, id))),
      changed('INSERT', auditKey(eventId, 'expired')),
    ),
  ).toEqual([
    [{ type: 'Moderation', at: kick?.at, detail: { id: kick?.id, eventId, record: kick } }],
    [{ type: 'Moderation', at: creation?.at, detail: { id: creation?.id, eventId, record: creation } }],
    [{ type: 'Refused', at: refusal?.at, detail: { id: refusal?.id, record: refusal } }],
    [],
  ]);
});

test('nothing else is, whatever clients put into keys', async () => {
  const ana = await room.enter('ana');
  await room.say(ana, 'hello', 'MSG#000000000001');
  await room.say(ana, 'hello', 'META');
  const participant = ana.membership?.participant.id;
  expect(
    await publish(
      changed('INSERT', { pk: `SENT#e#${participant}`, sk: 'MSG#000000000001' }),
      changed('INSERT', { pk: `SENT#e#${participant}`, sk: 'META' }),
      changed('MODIFY', { pk: 'EVENT#e', sk: 'HEAD' }),
      changed('INSERT', { pk: 'EVENT#e#AUDIENCE', sk: 'CONN#ana' }),
      changed('INSERT', { pk: 'CONN#ana', sk: 'META' }),
    ),
  ).toEqual([[], [], [], [], []]);
});

test('more than a hundred changes are read in several requests', async () => {
  const ana = await room.enter('ana');
  const message = await room.say(ana, 'hello');
  await room.fill(
    Array.from({ length: 149 }, (_, index) => ({
      seq: index + 2,
      kind: 'message' as const,
      message: { ...message, seq: index + 2, id: `m${index + 2}` },
    })),
  );
  const all = await publish(
    ...Array.from({ length: 150 }, (_, index) => changed('INSERT', logKey('e', index + 1))),
  );
  expect(new Set(all.flat().map(({ detail }) => detail.id)).size).toBe(150);
});
