import type { Operation } from '../../../shared/chat/chat.ts';
import { requireIdentity } from '../../../shared/chat/require-identity.ts';
import {
  type Action,
  type ActionData,
  clientToServer,
  clientToServerWithToken,
} from '../../../shared/protocol/client-to-server.ts';
import { ChatError } from '../../../shared/protocol/errors.ts';
import {
  decodeFrame,
  encodeAck,
  encodeError,
  type RequestId,
  requestIdOf,
} from '../../../shared/protocol/json.ts';
import { parse } from '../../../shared/protocol/parse.ts';
import { type Connection, getConnection } from '../../../shared/store/connections.ts';
import { chat } from '../../context/chat.ts';
import { type Answers, answer, bytesOf } from './answer.ts';
import { handleMessages, type Incoming, isTooLarge, type MessageHandler } from './handler.ts';

/** The JSON wire: one request in each frame (docs/protocol.md, "Frames"). */

const answers: Answers = { ack: encodeAck, error: encodeError };

/** The handler of the route of one action. */
export const route = <A extends Action>(action: A, operation: Operation<ActionData<A>>): MessageHandler =>
  handleMessages((frame) =>
    answerFrame(frame, getConnection(chat.table, frame.connectionId), { [action]: operation }),
  );

/** The operations of some of the actions. */
export type Operations = { [A in Action]?: Operation<ActionData<A>> };

/** Runs the operation that a frame asks for, if it is one of these, and answers. */
export async function answerFrame(
  { connectionId, requestId, text }: Incoming,
  found: Promise<Connection | undefined>,
  operations: Operations,
): Promise<void> {
  const tooLarge = isTooLarge(text);
  const id = tooLarge ? undefined : requestIdOf(text);
  await answer(answers, { connectionId, requestId, id }, async () => {
    const connection = await found;
    if (connection?.wire !== 'json') {
      // An unknown connection must connect again; on a Socket.IO connection this is not a packet.
      await chat.poster.close(connectionId);
      throw new ChatError('INTERNAL');
    }
    if (tooLarge) throw new ChatError('TOO_LARGE');
    const { action, data } = decodeFrame(text);
    return { connection, reply: await perform(operations, connection, { action, data, id }) };
  });
}

/** Throws `UNAUTHORIZED`, `UNKNOWN_ACTION`, `BAD_REQUEST`, and what the operation throws. */
export async function perform(
  operations: Operations,
  connection: Connection,
  { action, data, id }: { action: string; data: unknown; id: RequestId | undefined },
) {
  requireIdentity(chat, connection);
  if (!isAction(action)) throw new ChatError('UNKNOWN_ACTION');
  // One action's data and one action's operation: TypeScript cannot see that they belong together.
  const operation = operations[action] as Operation<unknown> | undefined;
  if (!operation) throw new ChatError('UNKNOWN_ACTION');
  const schema = (connection.identity && clientToServerWithToken[action]) ?? clientToServer[action];
  return operation(chat, connection, parse<unknown>(schema, data), bytesOf(id));
}

const isAction = (name: string): name is Action => Object.hasOwn(clientToServer, name);
