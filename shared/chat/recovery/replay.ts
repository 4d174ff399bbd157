import { packFrames } from '../../delivery/content/frames.ts';
import { logEvents } from '../../delivery/content/log-events.ts';
import { NOBODY, type Stretch, tell } from '../../delivery/content/tell.ts';
import { FrameQuota } from '../../delivery/posting/frame-quota.ts';
import type { Offset } from '../../protocol/offset.ts';
import { type Attendance, isWatching } from '../../store/attendance.ts';
import { getCursor } from '../../store/cursor.ts';
import type { LogEntry } from '../../store/log.ts';
import { getAttendant } from '../../store/members.ts';
import { readPresenceHistory } from '../../store/presence-history.ts';
import { readLog } from '../../store/read-log.ts';
import type { Addressee, Chat } from '../chat.ts';
import { readableEnd } from '../history.ts';
import { goLive } from '../joining/go-live.ts';

/** The function has some more time than that, milliseconds. */
const PATIENCE_MS = 8_000;

interface Replay {
  to: Addressee;
  /** The recovery that holds the member. */
  joinId: string;
  /** How far the client had come. */
  offset: Offset;
  attendance: Attendance;
}

/**
 * Sends a recovered client what it missed and lets it go live. One that cannot have it is disconnected, and will come back
 * from where it is then.
 */
export async function replay(chat: Chat, { to, joinId, offset, attendance }: Replay): Promise<void> {
  const { table } = chat;
  const { connectionId } = to;
  const { eventId } = offset;
  try {
    const history = await readPresenceHistory(table, eventId, offset.presence);
    // Afterwards: the log that was told with those records is readable.
    const seq = await readableEnd(table, eventId);
    const entries: LogEntry[] = [];
    for await (const entry of readLog(table, eventId, { after: offset.seq, upTo: seq, pageSize: 500 })) {
      entries.push(entry);
    }
    // After the log: what was written once it had left, or been banned, is none of its business.
    if ((await getAttendant(table, attendance, connectionId))?.joinId !== joinId) return;
    const end = { seq, presence: history.at(-1)?.number ?? offset.presence };
    const stretch: Stretch = {
      eventId,
      log: await logEvents(table, eventId, entries),
      history,
      end,
      viewerCount: (await getCursor(table, eventId))?.viewers.count ?? 0,
    };
    const isViewer = isWatching(attendance);
    const participant = isViewer ? NOBODY : attendance.participant;
    const frames = packFrames(to.wire, tell(stretch, offset, { connectionId, participant }));
    if ((await post(chat, connectionId, frames)) === 'gone') return;
    await goLive(chat, { eventId, connectionId, joinId, isViewer, place: end });
  } catch (error) {
    await chat.poster.close(connectionId);
    throw error;
  }
}

/** In portions that the account's quota has room for. Throws if they could not be posted in time. */
async function post(
  chat: Chat,
  connectionId: string,
  frames: readonly string[],
): Promise<'delivered' | 'gone'> {
  const quota = new FrameQuota(chat, Date.now() + PATIENCE_MS);
  for (let from = 0; from < frames.length; from += quota.most) {
    const portion = frames.slice(from, from + quota.most);
    if (!(await quota.take(portion.length))) throw new Error('There were no frames left for a replay');
    const outcome = await chat.poster.post(connectionId, portion);
    if (outcome === 'gone') return 'gone';
    if (outcome !== 'delivered') throw new Error('A replay could not be posted');
  }
  return 'delivered';
}
