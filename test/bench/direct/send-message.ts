import { route } from '../../../functions/websocket/wire/json.ts';
import type { Chat } from '../../../shared/chat/chat.ts';
import { sendMessage } from '../../../shared/chat/send-message.ts';
import { packFrames } from '../../../shared/delivery/content/frames.ts';
import type { Message } from '../../../shared/protocol/entities.ts';
import { listMembers } from '../../../shared/store/members.ts';

const PATIENCE_MS = 5_000;

/** The route as it is, bundled with the `deliverNow` next to this file; the message goes straight to everybody. */
export const handler = route('sendMessage', async (chat, connection, input) => {
  const reply = await sendMessage(chat, connection, input);
  await postDirectly(chat, reply.data.message);
  return reply;
});

/** One frame for each live member; the poster has as many requests under way, 50, as it has for a window. */
async function postDirectly({ table, poster }: Chat, message: Message): Promise<void> {
  const connectionIds: string[] = [];
  for await (const page of listMembers(table, message.eventId)) {
    for (const { connectionId, state } of page) if (state === 'live') connectionIds.push(connectionId);
  }
  const frames = packFrames('json', [{ event: 'newMessage', data: message }]);
  const until = Date.now() + PATIENCE_MS;
  await poster.postAll([{ frames, connectionIds }], () => until);
}
