import { connectSocket } from '../../../shared/chat/connect-socket.ts';
import { disconnect } from '../../../shared/chat/disconnect.ts';
import { operations } from '../../../shared/chat/operations.ts';
import { ChatError } from '../../../shared/protocol/errors.ts';
import {
  decodePacket,
  encodeAck,
  encodeConnectError,
  encodeConnected,
  encodeEvent,
  type Packet,
} from '../../../shared/protocol/socketio.ts';
import type { Connection } from '../../../shared/store/connections.ts';
import { authenticate } from '../../context/authenticate.ts';
import { chat } from '../../context/chat.ts';
import { type Answers, answer, refusalOf } from './answer.ts';
import { dispatch } from './dispatch.ts';
import { type Incoming, isTooLarge, post, StillOpen } from './handler.ts';

/** The Socket.IO wire: one packet in each message (docs/socketio.md). */

const MAIN_NAMESPACE = '/';

const answers: Answers = {
  ack: (id, data) => encodeAck(Number(id), { ok: true, ...data }),
  error: (error, id) =>
    id === undefined ? encodeEvent('error', error) : encodeAck(Number(id), { ok: false, error }),
};

/** Answers a packet, or closes the connection: if the packet violates the protocol, or if no answer can be sent. */
export async function answerPacket(message: Incoming, connection: Connection): Promise<void> {
  const { connectionId, text } = message;
  // More than the `maxPayload` that `open` told it.
  const packet = isTooLarge(text) ? undefined : decodePacket(text);
  try {
    if (packet && (await answerGood(packet, message, connection))) return;
  } catch (error) {
    await close(connectionId);
    throw error;
  }
  await close(connectionId);
}

async function close(connectionId: string): Promise<void> {
  if (!(await chat.poster.close(connectionId))) throw new StillOpen();
}

/** False: the packet is not allowed here. */
async function answerGood(packet: Packet, message: Incoming, connection: Connection): Promise<boolean> {
  if (packet.type === 'pong' || packet.type === 'attachment') return true;
  const { connectionId } = message;
  if (packet.type === 'connect') return answerConnect(packet, message, connection);
  if (packet.namespace !== MAIN_NAMESPACE || !connection.socket) return false;
  if (packet.type === 'disconnect') await disconnect(chat, connectionId);
  if (packet.type === 'event' || packet.type === 'binary') await answerEvent(packet, message, connection);
  return true;
}

async function answerConnect(
  { namespace, auth }: Packet & { type: 'connect' },
  { connectionId, requestId }: Incoming,
  connection: Connection,
): Promise<boolean> {
  if (namespace !== MAIN_NAMESPACE) {
    await post(connectionId, encodeConnectError({ message: 'Invalid namespace' }, namespace));
    return true;
  }
  let connected: Awaited<ReturnType<typeof connectSocket>>;
  try {
    connected = await connectSocket(chat, connection, auth, authenticate);
  } catch (error) {
    // After a fault of ours the connection is closed, so that the client tries again. It would not after a refusal.
    if (!(error instanceof ChatError) || error.code === 'INTERNAL') throw error;
    const { message, ...data } = refusalOf(error, requestId);
    return (await post(connectionId, encodeConnectError({ message, data }))) === 'delivered';
  }
  if (!connected) return false;
  // Without this packet the client would wait forever.
  if ((await post(connectionId, encodeConnected(connected.answer))) !== 'delivered') return false;
  await connected.afterwards?.();
  return true;
}

async function answerEvent(
  packet: Packet & { type: 'event' | 'binary' },
  { connectionId, requestId }: Incoming,
  connection: Connection,
): Promise<void> {
  const { id } = packet;
  await answer(answers, { connectionId, requestId, id }, async () => {
    // The attachments come in messages of their own; API Gateway refuses those that are binary.
    if (packet.type === 'binary') throw new ChatError('BINARY_NOT_SUPPORTED');
    const { name, args } = packet;
    const request = { action: String(name), data: args[0] ?? {}, id };
    return { connection, reply: await dispatch(operations, connection, request) };
  });
}
