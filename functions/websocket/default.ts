import { ping } from '../../shared/chat/ping.ts';
import { isSocketIo } from '../../shared/protocol/wire.ts';
import { getConnection } from '../../shared/store/connections.ts';
import { chat } from '../context/chat.ts';
import { handleMessages } from './wire/handler.ts';
import { answerFrame } from './wire/json.ts';
import { answerPacket } from './wire/socketio.ts';

/** Whatever no route selects: `ping`, unknown actions, what is no frame at all, and every packet of Socket.IO. */
export const handler = handleMessages(async (message) => {
  const found = getConnection(chat.table, message.connectionId);
  const connection = await found.catch(() => undefined);
  if (connection && isSocketIo(connection.wire)) await answerPacket(message, connection);
  else await answerFrame(message, found, { ping });
});
