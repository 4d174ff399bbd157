import { deliverNow } from '../delivery/deliver.ts';
import { Lease } from '../delivery/lease.ts';
import type { Event, Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { sleep } from '../sleep.ts';
import { ringForPresence } from '../store/bell.ts';
import { getCursor } from '../store/cursor.ts';
import { getMember, goLive } from '../store/members.ts';
import type { Chat } from './chat.ts';
import { readPage } from './history.ts';
import { newsBetween, type Roll, readAnnounced } from './roll.ts';

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

/** Lets the member go live and hear what it missed while it was held. */
async function followOn(
  chat: Chat,
  { connectionId, joinId, event, participant, roll, end }: History,
): Promise<void> {
  const { table } = chat;
  const eventId = event.id;
  // No window runs meanwhile: what it has announced is what the next one starts from. Too many to name: nobody waits.
  const held = roll.isComplete ? await waitForLease(chat, eventId) : undefined;
  try {
    if (!(await goLive(table, { eventId, connectionId, joinId, after: end }))) return;
    if (held) {
      const announced = await readAnnounced(chat, eventId, { connectionId, participant });
      for (const news of newsBetween(eventId, roll.participants, announced)) {
        held.lease.check();
        await chat.send(connectionId, news);
      }
    }
  } finally {
    await held?.lease.letGo();
  }
  const cursor = await getCursor(table, eventId);
  // A window that claimed more before it could see us live has passed us by: one more is needed.
  const isOwed = cursor !== undefined && cursor.claimed > end;
  if (isOwed) await ringForPresence(table, eventId);
  // Whoever knocked at our lease left it to us to look again.
  const hasKnocked = held !== undefined && cursor?.knocks !== held.cursor.knocks;
  if (isOwed || hasKnocked) await deliverNow(chat, eventId);
}

const LEASE_TRIES = 40;
const LEASE_WAIT_MS = 50;

async function waitForLease({ table }: Chat, eventId: string) {
  for (let attempt = 0; attempt < LEASE_TRIES; attempt += 1) {
    const held = await Lease.take(table, eventId);
    if (held) return held;
    await sleep(LEASE_WAIT_MS);
  }
  return undefined;
}
