import { type Connected, connectSocket } from '../../../shared/chat/connect-socket.ts';
import { disconnect } from '../../../shared/chat/disconnect.ts';
import { operations } from '../../../shared/chat/operations.ts';
import { ChatError, type ErrorData } from '../../../shared/protocol/errors.ts';
import {
  decodePacket,
  encodeAck,
  encodeConnectError,
  encodeConnected,
  encodeDisconnect,
  encodeEvent,
  type Packet,
} from '../../../shared/protocol/socketio.ts';
import { type Connection, getConnection } from '../../../shared/store/connections.ts';
import { identify } from '../../context/authenticate.ts';
import { chat } from '../../context/chat.ts';
import { requests } from '../../context/requests.ts';
import { sendReviewed } from '../../context/reviewer.ts';
import { type Answers, answer, refusalOf, refuse } from './answer.ts';
import { dispatch } from './dispatch.ts';
import { type Incoming, isTooLarge, post, StillOpen } from './handler.ts';

/** The Socket.IO wire: one packet in each message (docs/socketio.md). */

const MAIN_NAMESPACE = '/';

const all = { ...operations, sendMessage: sendReviewed };

const answers: Answers = {
  ack: (id, data) => encodeAck(Number(id), { ok: true, ...data }),
  error: (error, id) =>
    id === undefined ? encodeEvent('error', error) : encodeAck(Number(id), { ok: false, error }),
  // A client that the server sends away does not come back by itself.
  goodbye: encodeDisconnect(),
};

/** Before CONNECT is answered, a client takes nothing else for a refusal. */
const connectAnswers: Answers = {
  ...answers,
  error: ({ message, ...data }) => encodeConnectError({ message, data }),
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
  const { connectionId } = message;
  if (packet.type === 'event' || packet.type === 'binary') {
    if (packet.namespace !== MAIN_NAMESPACE || !connection.socket) return false;
    await answerEvent(packet, message, connection);
    return true;
  }
  try {
    await requests.take(connectionId);
  } catch (error) {
    await refuse(connection.socket ? answers : connectAnswers, message, error);
    return true;
  }
  if (packet.type === 'pong' || packet.type === 'attachment') return true;
  if (packet.type === 'connect') return answerConnect(packet, message, connection);
  if (packet.namespace !== MAIN_NAMESPACE || !connection.socket) return false;
  if (packet.type === 'disconnect') await disconnect(chat, connectionId);
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
    connected = await connectSocket(chat, connection, auth, identify);
  } catch (error) {
    // After a fault of ours the connection is closed, so that the client tries again. It would not after a refusal.
    if (!(error instanceof ChatError) || error.code === 'INTERNAL') throw error;
    const { message, ...data } = refusalOf(error, requestId);
    return (await post(connectionId, encodeConnectError({ message, data }))) === 'delivered';
  }
  if (!connected) return false;
  const { first } = connected;
  const isIn = first && (await enterFirst(first, { connectionId, requestId }));
  // Without this packet the client would wait forever.
  if ((await post(connectionId, encodeConnected(connected.answer))) !== 'delivered') return false;
  await connected.afterwards?.();
  await isIn?.();
  return true;
}

/**
 * Joins or watches before CONNECT is answered: a client sends what it has kept as soon as it is, and the old library before it tells its
 * user that it is connected. Resolves to what follows the answer.
 */
async function enterFirst(
  { action, data }: NonNullable<Connected['first']>,
  { connectionId, requestId }: Pick<Incoming, 'connectionId' | 'requestId'>,
): Promise<() => Promise<void>> {
  const refuse = async (error: unknown) => {
    const refusal: ErrorData = { ...refusalOf(error, requestId), action };
    await post(connectionId, encodeEvent('error', refusal));
  };
  try {
    const connection = await getConnection(chat.table, connectionId);
    if (!connection) throw new ChatError('INTERNAL');
    const reply = await dispatch(operations, connection, { action, data, id: undefined });
    return async () => {
      await post(connectionId, encodeEvent(action === 'joinEvent' ? 'joined' : 'watched', reply.data));
      await reply.afterwards?.().catch(refuse);
    };
  } catch (error) {
    return () => refuse(error);
  }
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
    return { connection, reply: await dispatch(all, connection, request) };
  });
}
