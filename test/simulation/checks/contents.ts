import type { LogEntry } from '../../../shared/store/log.ts';
import type { PresenceRecord } from '../../../shared/store/presence-history.ts';
import type { World } from '../world.ts';

export type Item = Record<string, unknown> & { pk: string; sk: string };

/** What the table has of one event. */
export interface Contents {
  log: LogEntry[];
  head: Item | undefined;
  cursor:
    | (Item & { delivered: number; participantCount: number; lease?: string; pending: object })
    | undefined;
  members: Item[];
  viewers: Item[];
  outbox: Item[];
  history: PresenceRecord[];
  totals: Record<string, number>;
}

export function contentsOf(items: readonly Item[], eventId: string): Contents {
  const own = items.filter(({ pk }) => pk === `EVENT#${eventId}`);
  const find = (sk: string) => own.find((item) => item.sk === sk);
  const totals: Record<string, number> = {};
  for (const { pk, sk, ...counts } of items) {
    if (sk !== 'COUNTS' || !pk.startsWith(`EVENT#${eventId}#REACTIONS`)) continue;
    for (const [emoji, count] of Object.entries(counts)) totals[emoji] = (totals[emoji] ?? 0) + Number(count);
  }
  return {
    log: own.filter(({ sk }) => sk.startsWith('MSG#')).sort(bySortKey) as never,
    head: find('HEAD'),
    cursor: find('CURSOR') as Contents['cursor'],
    members: items.filter(({ pk }) => pk === `EVENT#${eventId}#AUDIENCE`),
    viewers: items.filter(({ pk }) => pk === `EVENT#${eventId}#VIEWERS`),
    history: own.filter(({ sk }) => sk.startsWith('PRESENCE#')).sort(bySortKey) as never,
    outbox: own.filter(({ sk }) => sk.startsWith('OUTBOX#')),
    totals,
  };
}

const bySortKey = (a: Item, b: Item) => (a.sk < b.sk ? -1 : 1);

/** Whoever is in an event, by their own account. */
export const livingIn = ({ clients }: World, eventId: string) =>
  clients.filter((client) => client.isIn && client.state === 'ready' && client.wish?.eventId === eventId);
