import { newId } from '../identifiers.ts';
import {
  type AuthorizerContext,
  type ConnectionFacts,
  requestContext,
  stageVariablesOf,
} from './request-context.ts';

/**
 * The event of a message. It has no headers and no query string; `body` is the text as the client sent it.
 *
 * "Set up a WebSocket API integration request", "Working with routes for WebSocket APIs":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
export function messageEvent(
  facts: ConnectionFacts,
  authorizer: AuthorizerContext | undefined,
  message: { routeKey: string; requestId: string; body: string; nowMs: number },
) {
  const { routeKey, requestId, body, nowMs } = message;
  return {
    ...stageVariablesOf(facts),
    requestContext: {
      messageId: newId(),
      ...requestContext(facts, authorizer, { routeKey, eventType: 'MESSAGE', requestId, nowMs }),
    },
    body,
    isBase64Encoded: false,
  };
}
