import { forEachConcurrently } from '../concurrency.ts';
import { loseMembers } from '../delivery/forget.ts';
import { packFrames } from '../delivery/frames.ts';
import { POST_CONCURRENCY } from '../delivery/post-to-all.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import type { Wire } from '../protocol/wire.ts';
import type { Connection } from '../store/connections.ts';
import { getCursor } from '../store/cursor.ts';
import { listMembers, type Member } from '../store/members.ts';
import type { Chat, Reply } from './chat.ts';
import { membershipOf } from './membership-of.ts';
import { rateLimit } from './rate-limit.ts';

/** Tells the others at once, past the windows: late typing is worth nothing. In large audiences nobody is told. */
export async function typing(
  chat: Chat,
  connection: Connection,
  { isTyping }: ActionData<'typing'>,
): Promise<Reply> {
  const { eventId, participant } = membershipOf(connection);
  await rateLimit(chat, participant.id, 'typing');
  const cursor = await getCursor(chat.table, eventId, { consistent: false });
  if (!cursor || cursor.audience > chat.settings.typingAudienceMax) return { data: {} };
  const framesFor = (wire: Wire) =>
    packFrames(wire, [{ event: 'userTyping', data: { eventId, participant, isTyping } }]);
  for await (const page of listMembers(chat.table, eventId)) {
    const others = page.filter(
      (member) => member.participant.id !== participant.id && member.state !== 'away',
    );
    const gone: Member[] = [];
    await forEachConcurrently(others, POST_CONCURRENCY, async (member) => {
      if ((await chat.poster.post(member.connectionId, framesFor(member.wire))) === 'gone') gone.push(member);
    });
    await loseMembers(chat, gone);
  }
  return { data: {} };
}
