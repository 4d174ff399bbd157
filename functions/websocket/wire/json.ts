import type { Operation } from '../../../shared/chat/chat.ts';
import type { Action, ActionData } from '../../../shared/protocol/client-to-server.ts';
import { ChatError } from '../../../shared/protocol/errors.ts';
import { decodeFrame, encodeAck, encodeError, requestIdOf } from '../../../shared/protocol/json.ts';
import { type Connection, getConnection } from '../../../shared/store/connections.ts';
import { chat } from '../../context/chat.ts';
import { type Answers, answer } from './answer.ts';
import { dispatch, type Operations } from './dispatch.ts';
import { handleMessages, type Incoming, isTooLarge } from './handler.ts';

/** The JSON wire: one request in each frame (docs/protocol.md, "Frames"). */

const answers: Answers = { ack: encodeAck, error: encodeError };

/** The handler of the route of one action. */
export const route = <A extends Action>(action: A, operation: Operation<ActionData<A>>) =>
  handleMessages((frame) =>
    answerFrame(frame, getConnection(chat.table, frame.connectionId), { [action]: operation }),
  );

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
    return { connection, reply: await dispatch(operations, connection, { action, data, id }) };
  });
}
