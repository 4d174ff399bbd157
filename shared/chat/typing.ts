import { sleep } from '../concurrency.ts';
import { batchesFor, packFrames } from '../delivery/content/frames.ts';
import { markMembersLost } from '../delivery/departures.ts';
import { FrameQuota } from '../delivery/posting/frame-quota.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Participant } from '../protocol/entities.ts';
import { limits } from '../protocol/limits.ts';
import { type Connection, getConnection, type Typing } from '../store/connections.ts';
import { getCursor } from '../store/cursor.ts';
import { isTokenExpired, type ListedViewer, listNameless, listViewers } from '../store/members.ts';
import { takeRate } from '../store/rate.ts';
import { clearTyping, setTyping } from '../store/typing.ts';
import type { Chat, Reply } from './chat.ts';
import { membershipOf } from './membership-of.ts';
import { muteOf } from './muted.ts';
import { rateLimit, writersOf } from './rate-limit.ts';

/** After this it is too late to tell, milliseconds. */
const PATIENCE_MS = 500;
/** Of one room, one announcement every half second; one more waits for its turn. */
const ANNOUNCEMENTS = { perSecond: 2, burst: 2 };

/** Tells the others at once, past the windows: late typing is worth nothing. In large or busy rooms nobody is told. */
export async function typing(
  chat: Chat,
  connection: Connection,
  { isTyping }: ActionData<'typing'>,
): Promise<Reply> {
  const { table } = chat;
  const { connectionId } = connection;
  const { eventId, participant } = membershipOf(connection);
  const [mute] = await Promise.all([
    muteOf(table, eventId, participant),
    rateLimit(chat, writersOf(connection), 'typing'),
  ]);
  // What they type nobody will read; that they have stopped may be told.
  if (mute && (isTyping || !connection.typing)) return { data: {} };
  const waitMs = await nextTurn(chat, eventId);
  if (waitMs === undefined) return { data: {} };
  const now: Typing = { eventId, until: Date.now() + limits.typingMs };
  if (isTyping) await setTyping(table, connectionId, now);
  else if (connection.typing) await clearTyping(table, connectionId, connection.typing);
  const told = { eventId, participant, isTyping };
  if (waitMs === 0) {
    await tell(chat, told);
    return { data: {} };
  }
  const isStillSo = async () => (await getConnection(table, connectionId))?.typing?.until === now.until;
  return {
    data: {},
    afterwards: async () => {
      await sleep(waitMs);
      // They may have sent it meanwhile.
      if (!isTyping || (await isStillSo())) await tell(chat, told);
    },
  };
}

/**
 * What tells the others that somebody does not type any more, who has sent, left or closed the connection (`isGone`).
 * Undefined, and no cost: they were not typing.
 */
export function stopTyping(
  chat: Chat,
  { connectionId, membership, typing }: Connection,
  { isGone = false } = {},
): (() => Promise<void>) | undefined {
  if (!membership || typing?.eventId !== membership.eventId || typing.until <= Date.now()) return undefined;
  const { eventId, participant } = membership;
  return async () => {
    // Somebody else says so: another message, sent at the same time.
    if (!isGone && !(await clearTyping(chat.table, connectionId, typing))) return;
    const waitMs = await nextTurn(chat, eventId);
    if (waitMs === undefined) return;
    await sleep(waitMs);
    await tell(chat, { eventId, participant, isTyping: false });
  };
}

/** In how many milliseconds the room may be told; undefined: it is too large, or too many others are announced. */
async function nextTurn({ table, settings }: Chat, eventId: string): Promise<number | undefined> {
  const cursor = await getCursor(table, eventId, { consistent: false });
  if (!cursor || cursor.audience > settings.typingAudienceMax) return undefined;
  const { waitMs, used } = await takeRate(table, eventId, 'typing', ANNOUNCEMENTS);
  return waitMs > 0 ? undefined : (used * ANNOUNCEMENTS.burst * 1000) / ANNOUNCEMENTS.perSecond;
}

async function tell(
  chat: Chat,
  told: { eventId: string; participant: Participant; isTyping: boolean },
): Promise<void> {
  const { eventId, participant } = told;
  const all: ListedViewer[] = [];
  for await (const page of listNameless(chat.table, eventId))
    all.push(...page.filter((member) => member.participant.id !== participant.id));
  for await (const page of listViewers(chat.table, eventId)) all.push(...page);
  const now = Date.now();
  const others = all.filter((member) => member.state !== 'away' && !isTokenExpired(member, now));
  const batches = batchesFor(others, (wire) => packFrames(wire, [{ event: 'userTyping', data: told }]));
  const until = now + PATIENCE_MS;
  // Left out if there is nothing left: messages go first.
  if (!(await new FrameQuota(chat, until).take(others.length))) return;
  const { gone } = await chat.poster.postAll(batches, () => until);
  await markMembersLost(chat, gone);
}
