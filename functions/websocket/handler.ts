import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { chat } from '../context/chat.ts';
import { log, publishMetrics } from '../context/observe.ts';

/** One message of a client. */
export interface Incoming {
  connectionId: string;
  /** To quote when something went wrong on our side. */
  requestId: string;
  text: string;
}

export type MessageHandler = (event: APIGatewayProxyWebsocketEventV2) => Promise<{ statusCode: 200 }>;

/**
 * The handler of a route. Never fails: API Gateway would tell the client of it in a frame of its own, which means
 * nothing on the JSON wire and ends a Socket.IO connection.
 */
export function handleMessages(take: (message: Incoming) => Promise<void>): MessageHandler {
  return async ({ requestContext: { connectionId, requestId }, body = '' }) => {
    try {
      await take({ connectionId, requestId, text: body });
    } catch (error) {
      log.error('message failed', { requestId, error });
    } finally {
      publishMetrics();
    }
    return { statusCode: 200 };
  };
}

/** A connection that went away meanwhile needs no answer; `$disconnect`, the next window or the sweep cleans up. */
export async function post(connectionId: string, frame: string): Promise<void> {
  const outcome = await chat.poster.post(connectionId, [frame]);
  if (outcome === 'failed') log.warn('an answer could not be posted', {});
}
