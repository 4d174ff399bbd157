import { deliverNow } from '../delivery/deliver.ts';
import type { Event, Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { ringForPresence } from '../store/bell.ts';
import { getCursor } from '../store/cursor.ts';
import { getMember, goLive } from '../store/members.ts';
import type { Chat } from './chat.ts';
import { readPage } from './history.ts';
import { newsBetween, type Roll, readRoll } from './roll.ts';

interface History {
  connectionId: string;
  /** The join whose history it is. */
  joinId: string;
  event: Event;
  participant: Participant;
  roll: Roll;
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
  const { connectionId, joinId, event } = history;
  try {
    // Another join of the same connection may have overtaken this one: then the history is that one's to send.
    if ((await getMember(chat.table, event.id, connectionId))?.joinId !== joinId) return;
    if (await post(chat, history)) await followOn(chat, history);
  } catch (error) {
    await chat.poster.close(connectionId);
    throw error;
  }
}

/** False: the connection is gone. */
async function post(chat: Chat, { connectionId, event, roll, end, after }: History): Promise<boolean> {
  const { id: eventId, participantCount } = event;
  const { participants } = roll;
  const page = await readPage(
    chat.table,
    eventId,
    end,
    { after, limit: after === undefined ? limits.historyLength : Number.POSITIVE_INFINITY },
    Buffer.byteLength(JSON.stringify(participants)),
  );
  const outcome = await chat.send(connectionId, {
    event: 'eventHistory',
    data: { eventId, participants, participantCount, ...page },
  });
  // It ended between our look at it and our becoming a member: the window that said so may not have known us.
  if (event.status === 'ended') await chat.send(connectionId, { event: 'eventEnded', data: { event } });
  if (outcome === 'lagging' || outcome === 'failed') throw new Error('A history could not be posted');
  return outcome === 'delivered';
}

async function followOn(
  chat: Chat,
  { connectionId, joinId, event, participant, roll, end }: History,
): Promise<void> {
  const eventId = event.id;
  if (!(await goLive(chat.table, { eventId, connectionId, joinId, after: end }))) return;
  // Windows tell held members nothing: who came or went since the roll was called is told here.
  await chat.send(connectionId, ...newsBetween(eventId, roll, await readRoll(chat, eventId, participant)));
  // A window that claimed more before it could see us live has passed us by: one more is needed.
  const claimed = (await getCursor(chat.table, eventId))?.claimed ?? 0;
  if (claimed <= end) return;
  await ringForPresence(chat.table, eventId);
  await deliverNow(chat, eventId);
}
