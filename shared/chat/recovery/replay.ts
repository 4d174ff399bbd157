import { awaitWindow } from '../../delivery/await-window.ts';
import { eventsOf, tell } from '../../delivery/content/compose.ts';
import type { Outgoing } from '../../delivery/content/frames.ts';
import type { Participant } from '../../protocol/entities.ts';
import type { Place } from '../../protocol/offset.ts';
import { readLog } from '../../store/log.ts';
import { type PresenceChanges, readPresenceHistory } from '../../store/presence-history.ts';
import type { Addressee, Chat } from '../chat.ts';
import { readableEnd } from '../history.ts';
import { becomeLive } from '../joining/go-live.ts';

interface Replay {
  to: Addressee;
  /** The recovery that holds the member. */
  joinId: string;
  /** How far the client had come. */
  place: Place;
  participantId: string;
}

/**
 * Sends a recovered client what it missed and lets it go live. One that cannot have it is disconnected, and will come back
 * from where it is then.
 */
export async function replay(chat: Chat, { to, joinId, place, participantId }: Replay): Promise<void> {
  const { connectionId } = to;
  const { eventId } = place;
  try {
    // The member is held by now: windows that claim more than this will remember it.
    const end = await readableEnd(chat.table, eventId);
    const missed = await missedBy(chat, participantId, place, end);
    const outcome = await chat.send(to, ...missed.events);
    if (outcome === 'gone') return;
    if (outcome !== 'delivered') throw new Error('A replay could not be posted');
    await becomeLive(chat, { eventId, connectionId, joinId, end }, async () => {
      await awaitWindow(chat.table, eventId);
      const meanwhile = { eventId, seq: end, news: missed.news };
      await chat.send(to, ...(await missedBy(chat, participantId, meanwhile, end)).events);
    });
  } catch (error) {
    await chat.poster.close(connectionId);
    throw error;
  }
}

/** What was told to others after a place, in order, but not of the participant's own coming and going. */
async function missedBy(
  { table }: Chat,
  participantId: string,
  { eventId, seq, news: known }: Place,
  end: number,
): Promise<{ events: Outgoing[]; news: number }> {
  const entries = [];
  for await (const entry of readLog(table, eventId, { after: seq, upTo: end, pageSize: 500 }))
    entries.push(entry);
  const log = await eventsOf(table, eventId, entries);
  const events: Outgoing[] = [];
  let [from, told] = [seq, known];
  const goOn = (to: number, changes: PresenceChanges, summarize: boolean, number: number) => {
    const upTo = Math.min(Math.max(from, to), end);
    const part = log.filter((event) => event.seq <= upTo);
    const news = { before: told, now: number };
    events.push(...tell({ eventId, log: part, upTo, changes, summarize, news }, from, ''));
    [from, told] = [upTo, number];
  };
  const isOwn = ({ id }: Participant) => id === participantId;
  // While others took it for gone they counted one less.
  let uncounted = 0;
  for (const { number, after, upTo, changes, summarize } of await readPresenceHistory(
    table,
    eventId,
    known,
  )) {
    if (changes.left.some(isOwn)) uncounted = 1;
    if (changes.joined.some(isOwn)) uncounted = 0;
    const participantCount = changes.participantCount + uncounted;
    goOn(after, noChanges, false, told);
    goOn(upTo, { ...ofOthers(changes, participantId), participantCount }, summarize, number);
  }
  goOn(end, noChanges, false, told);
  return { events, news: told };
}

const noChanges: PresenceChanges = { joined: [], left: [], renamed: [], participantCount: 0 };

const ofOthers = (
  { joined, left, renamed, participantCount }: PresenceChanges,
  participantId: string,
): PresenceChanges => ({
  joined: joined.filter(({ id }) => id !== participantId),
  left: left.filter(({ id }) => id !== participantId),
  renamed: renamed.filter(({ is }) => is.id !== participantId),
  participantCount,
});
