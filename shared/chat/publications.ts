import type { AuditRecord, Event } from '../protocol/entities.ts';
import { type Change, type Changed, readChanges } from '../store/changes.ts';
import type { StoredMessage } from '../store/log.ts';
import type { Table } from '../store/table.ts';

/** What each kind of publication says. `id` is the same when it is published again. Reference: docs/event-bus.md. */
interface Details {
  /** `event`: as it is now; missing if it was deleted meanwhile. */
  EventCreated: { id: string; eventId: string; event?: Event };
  EventUpdated: { id: string; eventId: string; event: Event };
  EventEnded: { id: string; eventId: string; event: Event };
  EventDeleted: { id: string; eventId: string };
  MessageSent: { id: string; eventId: string; message: StoredMessage };
  MessageDeleted: { id: string; eventId: string; messages: { seq: number; id: string }[] };
  Moderation: { id: string; eventId: string; record: AuditRecord };
  Refused: { id: string; record: AuditRecord };
}

export type Publication = {
  [Type in keyof Details]: { type: Type; at: string; detail: Details[Type] };
}[keyof Details];

/** What there is to say about each change, in their order; about many there is nothing. */
export async function publicationsOf(table: Table, changes: readonly Change[]): Promise<Publication[][]> {
  return (await readChanges(table, changes)).map((change) => [...publicationsOfOne(change)]);
}

function* publicationsOfOne(change: Changed): Generator<Publication> {
  switch (change.kind) {
    case 'event':
      return yield* ofEvent(change);
    case 'entry':
      return yield* ofEntry(change);
    case 'audit':
      return yield* ofAudit(change);
  }
}

type Of<Kind extends Changed['kind']> = Extract<Changed, { kind: Kind }>;

function* ofEvent(change: Of<'event'>): Generator<Publication> {
  const { how, id, at, eventId, event, deletedAt } = change;
  if (how === 'REMOVE') {
    yield { type: 'EventDeleted', at, detail: { id: `${eventId}-deleted`, eventId } };
    return;
  }
  if (how === 'INSERT') {
    yield {
      type: 'EventCreated',
      at,
      detail: { id: `${eventId}-created`, eventId, ...(event && { event }) },
    };
  } else if (event && deletedAt === undefined) {
    yield { type: 'EventUpdated', at, detail: { id, eventId, event } };
  }
  // Whoever ends an event changes this item afterwards, or the sweep does.
  if (event?.status === 'ended' && !isPastEnd(change)) {
    yield { type: 'EventEnded', at, detail: { id: `${eventId}-ended`, eventId, event } };
  }
}

/** Whether a change came with a deletion, before which the end had its own change. Records have the time in seconds. */
function isPastEnd({ at, endListedAt, deletedAt }: Of<'event'>): boolean {
  if (endListedAt === undefined || deletedAt === undefined) return false;
  const second = (ms: number) => Math.floor(ms / 1_000);
  return second(Date.parse(at)) >= second(deletedAt) && second(endListedAt) < second(deletedAt);
}

function* ofEntry({ eventId, entry, at }: Of<'entry'>): Generator<Publication> {
  if (entry?.kind === 'message') {
    const { message } = entry;
    yield { type: 'MessageSent', at: message.sentAt, detail: { id: message.id, eventId, message } };
  }
  if (entry?.kind === 'deleted') {
    const { seq, messages } = entry;
    yield { type: 'MessageDeleted', at, detail: { id: `${eventId}-${seq}`, eventId, messages } };
  }
}

function* ofAudit({ eventId, record }: Of<'audit'>): Generator<Publication> {
  if (!record) return;
  const { id, at } = record;
  // What is found without an event is there because it was refused, or once more.
  if (record.refused !== undefined) yield { type: 'Refused', at, detail: { id, record } };
  else if (eventId !== undefined) yield { type: 'Moderation', at, detail: { id, eventId, record } };
}
