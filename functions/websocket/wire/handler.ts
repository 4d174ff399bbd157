import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type { PostOutcome } from '../../../shared/delivery/posting/poster.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { chat } from '../../context/chat.ts';
import { idsOfMessage, log, observed } from '../../context/observe.ts';
import { requests } from '../../context/requests.ts';

/** One message of a client. */
export interface Incoming {
  connectionId: string;
  /** What a client can quote when the server failed. */
  requestId: string;
  text: string;
}

/** A connection that must end, but could not be closed. */
export class StillOpen extends Error {
  override readonly name = 'StillOpen';
}

/**
 * The handler of a route. It fails only for `StillOpen`: API Gateway then sends the client an error frame of its own, which
 * is not part of the JSON wire, and which makes a Socket.IO client reconnect.
 */
export function handleMessages(take: (message: Incoming) => Promise<void>) {
  const handle = async ({ requestContext, body = '' }: APIGatewayProxyWebsocketEventV2) => {
    const { connectionId, requestId } = requestContext;
    if (requests.hasEnded(connectionId)) return { statusCode: 200 };
    try {
      await take({ connectionId, requestId, text: body });
    } catch (error) {
      log.error('message failed', { error });
      if (error instanceof StillOpen) throw error;
    }
    return { statusCode: 200 };
  };
  return observed(idsOfMessage, handle);
}

/** API Gateway accepts messages of 128 KB in several frames. No request needs more than one frame: larger ones are refused unparsed. */
export const isTooLarge = (text: string): boolean => Buffer.byteLength(text) > limits.frameBytes;

/** A connection that went away meanwhile needs no answer; `$disconnect`, the next window or the sweep cleans up. */
export async function post(connectionId: string, frame: string): Promise<PostOutcome> {
  const outcome = await chat.poster.post(connectionId, [frame]);
  if (outcome === 'failed') log.warn('an answer could not be posted', {});
  // Each of its requests would cost as much; it will come back when it reads again.
  if (outcome === 'lagging') await chat.poster.close(connectionId);
  return outcome;
}
