import { packFrames } from '../delivery/frames.ts';
import { postToAll } from '../delivery/post-to-all.ts';
import type { ActionData } from '../protocol/client-to-server.ts';
import { listMembers, type Member } from '../store/audience.ts';
import { getCursor } from '../store/cursor.ts';
import type { Chat, Reply } from './chat.ts';
import { joined } from './joined.ts';
import { rateLimit } from './rate-limit.ts';

/** Tells the others at once, past the windows: late typing is worth nothing. In large audiences nobody is told. */
export async function typing(
  chat: Chat,
  connectionId: string,
  { isTyping }: ActionData<'typing'>,
): Promise<Reply> {
  const { eventId, participant } = await joined(chat, connectionId);
  await rateLimit(chat, participant.id, 'typing');
  const cursor = await getCursor(chat.table, eventId, false);
  if (!cursor || cursor.audience > chat.settings.typingAudienceMax) return { data: {} };
  return {
    data: {},
    afterwards: async () => {
      const others: Member[] = [];
      for await (const page of listMembers(chat.table, eventId)) {
        others.push(...page.filter((member) => member.participant.id !== participant.id));
      }
      const frames = packFrames([{ event: 'userTyping', data: { eventId, participant, isTyping } }]);
      await postToAll(chat, eventId, others, () => frames);
    },
  };
}
