import type { LogEntry } from '../../store/log.ts';
import { readPart } from '../../store/read-log.ts';
import type { Table } from '../../store/table.ts';
import type { Span } from '../content/compose.ts';

/** Of what windows before have told, one window reads so much for whoever is behind; bytes are those of frames. */
const BACKLOG = { entries: 2_000, bytes: 2 * 1024 * 1024 };

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
  const whole: Span[] = [
    { after, upTo: viewers },
    { after: viewers, upTo: delivered },
  ];
  const parts = await Promise.all(
    whole.map((span) => readPart(table, eventId, { ...span, pageSize: 100 }, BACKLOG)),
  );
  const spans = whole.map((span, index) => {
    const { entries = [], isCut = false } = parts[index] ?? {};
    return isCut ? { ...span, upTo: entries.at(-1)?.seq ?? span.after } : span;
  });
  return { entries: parts.flatMap(({ entries }) => entries), spans };
}
