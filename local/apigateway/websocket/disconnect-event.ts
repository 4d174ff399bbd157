import { newId } from '../identifiers.ts';
import {
  type AuthorizerContext,
  type ConnectionFacts,
  requestContext,
  stageVariablesOf,
} from './request-context.ts';

/** How a connection ended. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** `disconnectReason` of a client that closed without a code, which is 1005. */
export const noStatusReason = 'Client-side close frame status not set';

/**
 * The `$disconnect` event. Its headers are these four whatever the client once sent.
 *
 * "Manage connected users and client apps: $connect and $disconnect routes":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export function disconnectEvent(
  facts: ConnectionFacts,
  authorizer: AuthorizerContext | undefined,
  closing: Closing,
  nowMs: number,
) {
  return {
    headers: { Host: facts.host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: { Host: [facts.host], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
    ...stageVariablesOf(facts),
    requestContext: {
      disconnectStatusCode: closing.code,
      disconnectReason: closing.reason,
      ...requestContext(facts, authorizer, {
        routeKey: '$disconnect',
        eventType: 'DISCONNECT',
        requestId: newId(),
        nowMs,
      }),
    },
    isBase64Encoded: false,
  };
}
