import type { Event, Participant } from '../../protocol/entities.ts';
import { limits } from '../../protocol/limits.ts';
import { type Attendance, idIn, isWatching } from '../../store/attendance.ts';
import { getAttendant } from '../../store/members.ts';
import { byteBudget, roomInFrame } from '../byte-budget.ts';
import type { Addressee, Chat } from '../chat.ts';
import { readPage } from '../history.ts';
import { goLive } from './go-live.ts';
import type { Roster } from './roster.ts';

/** Of a history's frame, what the participants may take. */
const PARTICIPANTS_BYTES = 8 * 1024;

interface History {
  to: Addressee;
  /** The join whose history it is. */
  joinId: string;
  attendance: Attendance;
  event: Event;
  roster: Roster;
  /** The seq up to which the history reaches. */
  end: number;
  /** The joiner has had the log up to here. */
  after?: number | undefined;
}

/**
 * Sends a joiner its `eventHistory` and lets it go live. A joiner that cannot have it is disconnected: it would be in the
 * event and hear nothing.
 */
export async function sendHistory(chat: Chat, history: History): Promise<void> {
  const { to, joinId, attendance, event, roster, end } = history;
  const { connectionId } = to;
  try {
    if (!(await isHistoryOf(chat, history))) return;
    if (!(await postHistory(chat, history))) return;
    await goLive(chat, {
      eventId: event.id,
      connectionId,
      joinId,
      isViewer: isWatching(attendance),
      place: { seq: end, presence: roster.presence },
    });
  } catch (error) {
    await chat.poster.close(connectionId);
    throw error;
  }
}

/** Those that there is room for: the joiner, then who has a role, then the others; in their order. */
function fitting(participants: readonly Participant[], joinerId: string | undefined): Participant[] {
  const fits = byteBudget(PARTICIPANTS_BYTES);
  const byRank = [
    ...participants.filter(({ role }) => role),
    ...participants.filter(({ role }) => !role),
  ].filter((one) => one.id === joinerId || fits(one));
  const chosen = new Set(byRank);
  return participants.filter((one) => chosen.has(one));
}

/** False: it has left, or another join of the same connection has overtaken this one and sends a history of its own. */
async function isHistoryOf({ table }: Chat, { to, attendance, joinId }: History): Promise<boolean> {
  return (await getAttendant(table, attendance, to.connectionId))?.joinId === joinId;
}

/** False: the connection is gone. */
async function postHistory(
  chat: Chat,
  { to, attendance, event, roster, end, after }: History,
): Promise<boolean> {
  const { id: eventId, participantCount, viewerCount } = event;
  const { presence } = roster;
  const joinerId = idIn(attendance);
  const participants = fitting(roster.participants, joinerId);
  const page = await readPage(
    chat.table,
    eventId,
    end,
    { after, limit: after === undefined ? limits.historyLength : Number.POSITIVE_INFINITY },
    roomInFrame(Buffer.byteLength(JSON.stringify(participants))),
  );
  const outcome = await chat.send(to, {
    event: 'eventHistory',
    data: { eventId, participants, participantCount, ...(viewerCount > 0 && { viewerCount }), ...page },
    // Whoever is lost before it comes back to nothing, and joins again.
    offset: { eventId, seq: end, presence },
  });
  // It ended between our look at it and our becoming a member: the window that said so may not have known us.
  if (event.status === 'ended') await chat.send(to, { event: 'eventEnded', data: { event } });
  if (outcome === 'failed' || outcome === 'lagging') throw new Error('A history could not be posted');
  return outcome === 'delivered';
}
