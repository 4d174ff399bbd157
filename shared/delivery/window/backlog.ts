import { entryBytes, type LogEntry, readLog } from '../../store/log.ts';
import type { Table } from '../../store/table.ts';

/** Of what windows before have told, one window reads so much for whoever is behind; bytes are those of frames. */
const BACKLOG_ENTRIES = 2_000;
const BACKLOG_BYTES = 2 * 1024 * 1024;

/** What windows have delivered already, to all but some who are live now; if that is much, the oldest of it. */
export async function readBacklog(
  table: Table,
  eventId: string,
  range: { after: number; upTo: number },
): Promise<{ entries: LogEntry[]; upTo: number }> {
  const entries: LogEntry[] = [];
  let bytes = 0;
  for await (const entry of readLog(table, eventId, { ...range, pageSize: 100 })) {
    entries.push(entry);
    bytes += entryBytes(entry);
    if (entries.length >= BACKLOG_ENTRIES || bytes >= BACKLOG_BYTES) return { entries, upTo: entry.seq };
  }
  return { entries, upTo: range.upTo };
}
