import type { Reply } from '../../../shared/chat/chat.ts';
import { tokenRequired } from '../../../shared/identity.ts';
import { ChatError, type ErrorData, toChatError } from '../../../shared/protocol/errors.ts';
import type { RequestId } from '../../../shared/protocol/json.ts';
import type { Connection } from '../../../shared/store/connections.ts';
import { chat } from '../../context/chat.ts';
import { log } from '../../context/observe.ts';
import { requests } from '../../context/requests.ts';
import { post } from './handler.ts';

/** How a wire answers a request. */
export interface Answers {
  ack(id: RequestId, data: object): string;
  /** Without an id, the event `error`. */
  error(error: ErrorData, id?: RequestId): string;
  /** What tells a client not to come back by itself. */
  goodbye?: string;
}

export interface Request {
  connectionId: string;
  requestId: string;
  /** The id that the answer must carry. */
  id?: RequestId | undefined;
}

/**
 * Runs an operation and answers: exactly one acknowledgement or error for a request with an `id`; without one, silence or
 * an error. Answers go through the management API, because a route response can be neither left out nor followed by more.
 */
export async function answer(
  answers: Answers,
  request: Request,
  run: () => Promise<{ connection: Connection; reply: Reply }>,
): Promise<void> {
  const { connectionId, requestId, id } = request;
  let done: { connection: Connection; reply: Reply };
  try {
    await requests.take(connectionId);
    done = await run();
  } catch (error) {
    return refuse(answers, request, error);
  }
  const { connection, reply } = done;
  if (id !== undefined) await post(connectionId, answers.ack(id, reply.data));
  else if (reply.eventWithoutAck) await chat.send(connection, reply.eventWithoutAck);
  // The request is answered: what fails from now on is told without its id.
  await reply.afterwards?.().catch((error) => refuse(answers, { connectionId, requestId }, error));
}

/** Tells why, and disconnects whoever cannot go on: without a valid token, or by asking on after several refusals. */
export async function refuse(
  answers: Answers,
  { connectionId, requestId, id }: Request,
  error: unknown,
): Promise<void> {
  const refusal = refusalOf(error, requestId);
  await post(connectionId, answers.error(refusal, id));
  const asksOn = requests.goesOn(connectionId);
  if (asksOn && answers.goodbye !== undefined) await post(connectionId, answers.goodbye);
  // The token has expired: the client must connect again with a new one. Whoever watches without one may go on.
  const isInvalid = refusal.code === 'UNAUTHORIZED' && refusal.reason !== tokenRequired.reason;
  if (!asksOn && !isInvalid) return;
  if ((await chat.poster.close(connectionId)) && asksOn) requests.end(connectionId);
}

/** What the client is told about a failure; the log has the rest. */
export function refusalOf(error: unknown, requestId: string): ErrorData {
  const refusal = toChatError(error, requestId);
  if (!(error instanceof ChatError)) log.error('request failed', { error });
  else if (refusal.code === 'INTERNAL')
    log.warn('request refused: the connection is unknown, or on another wire', {});
  return refusal.toData();
}

/** The bytes that a request's id takes in a frame; a page that answers it must leave room for them. */
export const bytesOf = (id: RequestId | undefined): number => Buffer.byteLength(JSON.stringify(id ?? null));
