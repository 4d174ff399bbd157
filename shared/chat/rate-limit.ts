import { ChatError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Connection } from '../store/connections.ts';
import { type Rate, type Taken, takeRate } from '../store/rate.ts';
import type { Table } from '../store/table.ts';
import type { Chat } from './chat.ts';

type Limited = 'joinEvent' | 'sendMessage' | 'typing' | 'react' | 'moderate' | 'publish' | 'write' | 'repeat';

/**
 * Takes one, or as many as it costs, from the allowance of each of these: a participant on all its connections together, a connection whoever it
 * says it is.
 */
export async function takeAllowance(
  { table, settings }: Pick<Chat, 'table' | 'settings'>,
  ids: readonly string[],
  action: Limited,
  cost = 1,
): Promise<Taken> {
  const publish = { perSecond: settings.publishPerSecond, burst: Math.ceil(2 * settings.publishPerSecond) };
  const rates: Record<Limited, Rate> = {
    joinEvent: { perSecond: settings.joinsPerSecond, burst: settings.joinBurst },
    sendMessage: { perSecond: settings.sendsPerSecond, burst: settings.sendBurst },
    typing: { perSecond: settings.typingPerSecond, burst: settings.typingBurst },
    react: { perSecond: settings.reactsPerSecond, burst: settings.reactBurst },
    moderate: { perSecond: settings.sendsPerSecond, burst: settings.sendBurst },
    publish,
    // Requests to the HTTP API that write, publications among them.
    write: {
      perSecond: Math.max(limits.writes.perSecond, publish.perSecond),
      burst: Math.max(limits.writes.burst, publish.burst),
    },
    // Events that recoveries bring once more.
    repeat: limits.repeatedEvents,
  };
  return takeAll(table, ids, action, rates[action], cost);
}

/** The same; resolves to how much of the burst is used, 0 to 1. Throws `RATE_LIMITED`. */
export async function rateLimit(...asked: Parameters<typeof takeAllowance>): Promise<number> {
  const { waitMs, used } = await takeAllowance(...asked);
  refuse(waitMs);
  return used;
}

/** Who writes from a connection: the participant that it is, and the one that it was first. */
export const writersOf = ({ membership, firstParticipantId }: Connection): string[] =>
  [membership?.participant.id, firstParticipantId].filter((id) => id !== undefined);

/** Slow mode: one message of a participant in an event every so many seconds. Throws `RATE_LIMITED`. */
export async function slowDown(
  { table }: Pick<Chat, 'table'>,
  eventId: string,
  connection: Connection,
  seconds: number,
): Promise<void> {
  // Another pace begins anew.
  const action = `slow#${eventId}#${seconds}`;
  const rate = { perSecond: 1 / seconds, burst: 1 };
  refuse((await takeAll(table, writersOf(connection), action, rate)).waitMs);
}

async function takeAll(
  table: Table,
  ids: readonly string[],
  action: string,
  rate: Rate,
  cost = 1,
): Promise<Taken> {
  const taken = await Promise.all([...new Set(ids)].map((id) => takeRate(table, id, action, rate, cost)));
  const most = (of: (one: Taken) => number) => Math.max(...taken.map(of));
  return { waitMs: most(({ waitMs }) => waitMs), used: most(({ used }) => used) };
}

function refuse(retryAfterMs: number): void {
  if (retryAfterMs > 0) throw new ChatError('RATE_LIMITED', { retryAfterMs });
}
