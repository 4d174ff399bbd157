import { entryBytes, type LogEntry, readLog } from '../../store/log.ts';
import type { Table } from '../../store/table.ts';
import type { Span } from '../content/compose.ts';

/** Of what windows before have told, one window reads so much for whoever is behind; bytes are those of frames. */
const BACKLOG_ENTRIES = 2_000;
const BACKLOG_BYTES = 2 * 1024 * 1024;

interface Backlog {
  entries: LogEntry[];
  /** What of the log was read, in order, without gaps in each. */
  spans: Span[];
}

/**
 * What windows have told up to `delivered`, for those who have not had it: from the first of them on, who is at `after`, and from
 * `viewers` on, where all who watch may be; if that is much, the oldest of each.
 */
export async function readBacklog(
  table: Table,
  eventId: string,
  { after, viewers, delivered }: { after: number; viewers: number; delivered: number },
): Promise<Backlog> {
  const parts = await Promise.all([
    readPart(table, eventId, { after, upTo: viewers }),
    readPart(table, eventId, { after: viewers, upTo: delivered }),
  ]);
  return { entries: parts.flatMap(({ entries }) => entries), spans: parts.map(({ span }) => span) };
}

async function readPart(
  table: Table,
  eventId: string,
  range: Span,
): Promise<{ entries: LogEntry[]; span: Span }> {
  const { after, upTo } = range;
  const entries: LogEntry[] = [];
  let bytes = 0;
  for await (const entry of readLog(table, eventId, { ...range, pageSize: 100 })) {
    entries.push(entry);
    bytes += entryBytes(entry);
    if (entries.length >= BACKLOG_ENTRIES || bytes >= BACKLOG_BYTES)
      return { entries, span: { after, upTo: entry.seq } };
  }
  return { entries, span: { after, upTo } };
}
