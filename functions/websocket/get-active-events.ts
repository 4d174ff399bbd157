import { getActiveEvents } from '../../shared/chat/get-active-events.ts';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { parse } from '../../shared/protocol/parse.ts';
import { chat } from '../context.ts';
import { answer, bytesOf } from './answer.ts';

/** Whoever asks without an `id` gets the event `activeEvents`, as from the old server. */
export const handler = answer(async (connectionId, { data, id }) => {
  const list = await getActiveEvents(chat, parse(clientToServer.getActiveEvents, data), bytesOf(id));
  if (id !== undefined) return { data: list };
  return {
    data: list,
    afterwards: async () => {
      await chat.send(connectionId, { event: 'activeEvents', data: list });
    },
  };
});
