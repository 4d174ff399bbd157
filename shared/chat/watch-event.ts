import type { ActionData } from '../protocol/client-to-server.ts';
import type { Event } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import type { Replies } from '../protocol/replies.ts';
import type { Watching } from '../store/attendance.ts';
import type { Connection } from '../store/connections.ts';
import { listViewers } from '../store/members.ts';
import type { Chat, Reply } from './chat.ts';
import { getEvent } from './get-event.ts';
import { readableEnd } from './history.ts';
import { requireAdmission } from './joining/admission.ts';
import { entrantsOf, knownIdOf } from './joining/become-member.ts';
import { enter } from './joining/enter.ts';
import { countOf, readRoster } from './joining/roster.ts';
import { sendHistory } from './joining/send-history.ts';
import { rateLimit } from './rate-limit.ts';
import { stopTyping } from './typing.ts';

/** Up to so many viewers are counted anew; else it is as the last window found. */
const COUNTED = 200;
/** When somebody may have gone from an event that has as many viewers as it may have, milliseconds. */
const FULL_MS = 30_000;

/**
 * Lets the connection hear an event, in which it is nobody, and takes it out of any other. As with a join, it is held until its history
 * is on the way. Throws `RATE_LIMITED`, `EVENT_NOT_FOUND`, `EVENT_ENDED`, `BATCH_REQUIRED`, `FORBIDDEN` for those known to be banned.
 */
export async function watchEvent(
  chat: Chat,
  connection: Connection,
  { eventId, after }: ActionData<'watchEvent'>,
): Promise<Reply<Replies['watchEvent']>> {
  const { table, settings } = chat;
  await rateLimit(chat, entrantsOf(connection), 'joinEvent');
  const {
    cursor: { viewers },
  } = await requireAdmission(chat, connection, eventId);
  if (viewers.count >= settings.viewersMax && connection.watching?.eventId !== eventId)
    throw new ChatError('RATE_LIMITED', { retryAfterMs: FULL_MS, reason: 'viewers' });
  const { attendance, joinId, leftEventId } = await enter(chat, connection, async (now) => ({
    attendance: watchingOf(now, eventId),
  }));
  const [event, end, roster, viewerCount] = await Promise.all([
    getEvent(chat, eventId),
    readableEnd(table, eventId),
    readRoster(chat, eventId),
    countViewers(chat, eventId),
  ]);
  const now: Event = {
    ...event,
    participantCount: countOf(roster, event),
    viewerCount: viewerCount ?? Math.max(1, event.viewerCount),
  };
  return {
    data: { event: now, latestSeq: end, viewerCount: now.viewerCount },
    afterwards: async () => {
      await sendHistory(chat, { to: connection, joinId, attendance, event: now, roster, end, after });
      if (connection.membership || leftEventId !== undefined) await stopTyping(chat, connection)?.();
    },
  };
}

function watchingOf(connection: Connection, eventId: string): Watching {
  const { watching } = connection;
  if (watching?.eventId === eventId) return watching;
  const participantId = knownIdOf(connection);
  return { eventId, since: Date.now(), ...(participantId !== undefined && { participantId }) };
}

/** Undefined: they are too many. */
async function countViewers({ table }: Chat, eventId: string): Promise<number | undefined> {
  let count = 0;
  for await (const page of listViewers(table, eventId, { pageSize: COUNTED })) {
    count += page.length;
    if (count >= COUNTED) return undefined;
  }
  return count;
}
