import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { connectionClosed } from '../../shared/chat/disconnect.ts';
import { chat } from '../context/chat.ts';
import { idsOfMessage, observed } from '../context/observe.ts';

async function disconnect({
  requestContext,
}: APIGatewayProxyWebsocketEventV2): Promise<{ statusCode: number }> {
  // A message may name any route as its action, this one too.
  if (requestContext.eventType !== 'DISCONNECT') return { statusCode: 400 };
  await connectionClosed(chat, requestContext.connectionId);
  return { statusCode: 200 };
}

/** API Gateway invokes this on a best-effort basis: it may come late, twice or never. */
export const handler = observed(idsOfMessage, disconnect);
