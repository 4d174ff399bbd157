import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type { PostOutcome } from '../../../shared/delivery/posting/poster.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { chat } from '../../context/chat.ts';
import { log, publishMetrics } from '../../context/observe.ts';

/** One message of a client. */
export interface Incoming {
  connectionId: string;
  /** To quote when something went wrong on our side. */
  requestId: string;
  text: string;
}

export type MessageHandler = (event: APIGatewayProxyWebsocketEventV2) => Promise<{ statusCode: 200 }>;

/** A connection that must end and cannot be closed. */
export class StillOpen extends Error {
  override readonly name = 'StillOpen';
}

/**
 * The handler of a route. Fails for `StillOpen` only: API Gateway tells the client of a failure in a frame of its own,
 * which means nothing on the JSON wire and makes a Socket.IO client connect anew.
 */
export function handleMessages(take: (message: Incoming) => Promise<void>): MessageHandler {
  return async ({ requestContext: { connectionId, requestId }, body = '' }) => {
    try {
      await take({ connectionId, requestId, text: body });
    } catch (error) {
      log.error('message failed', { requestId, error });
      if (error instanceof StillOpen) throw error;
    } finally {
      publishMetrics();
    }
    return { statusCode: 200 };
  };
}

/** API Gateway takes 128 KB in several frames of 32 KB. Nothing that we take needs that: it is refused unread. */
export const isTooLarge = (text: string): boolean => Buffer.byteLength(text) > limits.frameBytes;

/** A connection that went away meanwhile needs no answer; `$disconnect`, the next window or the sweep cleans up. */
export async function post(connectionId: string, frame: string): Promise<PostOutcome> {
  const outcome = await chat.poster.post(connectionId, [frame]);
  if (outcome === 'failed') log.warn('an answer could not be posted', {});
  return outcome;
}
