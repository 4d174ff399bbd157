import { batchesFor, packFrames } from '../delivery/content/frames.ts';
import { markMembersLost } from '../delivery/departures.ts';
import { FrameQuota } from '../delivery/posting/frame-quota.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Connection } from '../store/connections.ts';
import { getCursor } from '../store/cursor.ts';
import { isMuted, listNameless, type NamelessMember } from '../store/members.ts';
import type { Chat, Reply } from './chat.ts';
import { membershipOf } from './membership-of.ts';
import { rateLimit, writersOf } from './rate-limit.ts';

/** After this it is too late to tell, milliseconds. */
const PATIENCE_MS = 500;

/** Tells the others at once, past the windows: late typing is worth nothing. In large audiences nobody is told. */
export async function typing(
  chat: Chat,
  connection: Connection,
  { isTyping }: ActionData<'typing'>,
): Promise<Reply> {
  const { eventId, participant } = membershipOf(connection);
  await rateLimit(chat, writersOf(connection), 'typing');
  const cursor = await getCursor(chat.table, eventId, { consistent: false });
  if (!cursor || cursor.audience > chat.settings.typingAudienceMax) return { data: {} };
  const others: NamelessMember[] = [];
  const now = Date.now();
  for await (const page of listNameless(chat.table, eventId)) {
    const hearing = page.filter((member) => member.state !== 'away' && !isMuted(member, now));
    others.push(...hearing.filter((member) => member.participant.id !== participant.id));
  }
  const batches = batchesFor(others, (wire) =>
    packFrames(wire, [{ event: 'userTyping', data: { eventId, participant, isTyping } }]),
  );
  const until = now + PATIENCE_MS;
  // Left out if there is nothing left: messages go first.
  if (!(await new FrameQuota(chat, until).take(others.length))) return { data: {} };
  const { gone } = await chat.poster.postAll(batches, () => until);
  await markMembersLost(chat, gone);
  return { data: {} };
}
