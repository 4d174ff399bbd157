import type { Delivery } from '../delivery/types.ts';
import type { KnownState } from '../delivery/window/run-windows.ts';
import { allocateSeq, type Gate } from '../store/event-head.ts';
import { entryBytes, type LogEntry, logExpiry, putEntry } from '../store/log.ts';
import type { Table } from '../store/table.ts';

/** A reader closes a number only if its entry is more than a second late. */
const NUMBER_TRIES = 5;

/** `refused`: the event ended, is paused or is not there. */
export type Appended = { written: Required<KnownState> } | 'repeated' | 'refused';

export interface Appending<Entry> {
  /** The condition under which the entry gets a number. */
  gate: Gate;
  /** The entry for a number. */
  entryAt: (seq: number) => Entry;
  /** How the entry is put, if not with a plain conditional put. `repeated`: another has put the same; `taken`: a reader closed the number. */
  put?: (entry: Entry, expiresAt: number) => Promise<'put' | 'repeated' | 'taken'>;
}

/** Takes a number of the log and puts an entry on it. Nothing is acknowledged between the two: a crash leaves a hole. */
export async function append<Entry extends LogEntry>(
  { table, settings }: Pick<Delivery, 'table' | 'settings'>,
  eventId: string,
  { gate, entryAt, put = putPlainly(table, eventId) }: Appending<Entry>,
): Promise<Appended> {
  const expiresAt = logExpiry(settings);
  for (let attempt = 0; attempt < NUMBER_TRIES; attempt += 1) {
    const head = await allocateSeq(table, eventId, { gate, bytes: entryBytes(entryAt(0)) });
    if (!head) return 'refused';
    const { seq } = head;
    const entry = { ...entryAt(seq), at: head.bytes };
    const result = await put(entry, expiresAt);
    if (result === 'put') return { written: { head, entry } };
    if (result === 'taken') continue;
    // Our number stays unused.
    await putEntry(table, eventId, { seq, kind: 'void' }, expiresAt);
    return 'repeated';
  }
  throw new Error('Every allocated number was closed by a reader');
}

const putPlainly =
  (table: Table, eventId: string) =>
  async (entry: LogEntry, expiresAt: number): Promise<'put' | 'taken'> =>
    (await putEntry(table, eventId, entry, expiresAt)) ? 'put' : 'taken';
