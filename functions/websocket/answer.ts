import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type { Operation, Reply } from '../../shared/chat/chat.ts';
import { type Action, type ActionData, clientToServer } from '../../shared/protocol/client-to-server.ts';
import { ChatError, toChatError } from '../../shared/protocol/errors.ts';
import {
  decodeFrame,
  encodeAck,
  encodeError,
  type Frame,
  type RequestId,
  requestIdOf,
} from '../../shared/protocol/json.ts';
import { parse } from '../../shared/protocol/parse.ts';
import { chat, log, publishMetrics } from '../context.ts';

type RouteHandler = (event: APIGatewayProxyWebsocketEventV2) => Promise<{ statusCode: number }>;

/** The handler of one route: parses the frame, runs the operation, answers. */
export function route<A extends Action>(action: A, operation: Operation<ActionData<A>>): RouteHandler {
  return answer((connectionId, { data, id }) =>
    operation(chat, connectionId, parse<ActionData<A>>(clientToServer[action] as never, data), bytesOf(id)),
  );
}

/**
 * Answers one frame: exactly one `ack` or `error` for a frame with an `id`; without one, silence or an `error`.
 * Posted through the management API: a route response could neither be left out nor be followed by more. Never fails,
 * because API Gateway would tell the client of it in a frame of its own.
 */
export function answer(run: (connectionId: string, frame: Frame) => Promise<Reply>): RouteHandler {
  return async ({ requestContext: { connectionId, requestId }, body = '' }) => {
    const refuse = async (error: unknown, id?: RequestId) => {
      const refusal = toChatError(error, requestId);
      if (!(error instanceof ChatError)) log.error('route failed', { requestId, error });
      else if (refusal.code === 'INTERNAL') log.warn('route refused', { requestId });
      await post(connectionId, encodeError(refusal.toData(), id));
    };
    try {
      const reply = await attempt(connectionId, body, run, refuse);
      // The request is answered: what fails from now on is told without its id.
      await reply?.afterwards?.().catch((error) => refuse(error));
    } catch (error) {
      log.error('answer failed', { requestId, error });
    } finally {
      publishMetrics();
    }
    return { statusCode: 200 };
  };
}

async function attempt(
  connectionId: string,
  body: string,
  run: (connectionId: string, frame: Frame) => Promise<Reply>,
  refuse: (error: unknown, id?: RequestId) => Promise<void>,
): Promise<Reply | undefined> {
  let reply: Reply;
  let id: RequestId | undefined;
  try {
    const frame = decodeFrame(body);
    id = frame.id;
    reply = await run(connectionId, frame);
  } catch (error) {
    await refuse(error, id ?? requestIdOf(body));
    return undefined;
  }
  if (id !== undefined) await post(connectionId, encodeAck(id, reply.data));
  return reply;
}

/** How long a request's id is in a frame: a page that answers it must leave room. */
export const bytesOf = (id: RequestId | undefined): number => Buffer.byteLength(JSON.stringify(id ?? null));

/** A connection that went away meanwhile needs no answer; `$disconnect`, the next window or the sweep cleans up. */
async function post(connectionId: string, frame: string): Promise<void> {
  const outcome = await chat.poster.post(connectionId, [frame]);
  if (outcome === 'failed') log.warn('an answer could not be posted');
}
