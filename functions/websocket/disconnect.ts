import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { connectionClosed } from '../../shared/chat/disconnect.ts';
import { chat } from '../context/chat.ts';
import { idsOfMessage, metrics, observed } from '../context/observe.ts';

const MINUTE_MS = 60_000;

async function disconnect({
  requestContext,
}: APIGatewayProxyWebsocketEventV2): Promise<{ statusCode: number }> {
  const { eventType, connectedAt, requestTimeEpoch } = requestContext;
  // A message may name any route as its action, this one too.
  if (eventType !== 'DISCONNECT') return { statusCode: 400 };
  metrics.count('ConnectionMinutes', Math.ceil((requestTimeEpoch - connectedAt) / MINUTE_MS));
  await connectionClosed(chat, requestContext.connectionId);
  return { statusCode: 200 };
}

/** API Gateway invokes this on a best-effort basis: it may come late, twice or never. */
export const handler = observed(idsOfMessage, disconnect);
