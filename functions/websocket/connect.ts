import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { connect, wireOf } from '../../shared/chat/connect.ts';
import { chat, log } from '../context.ts';

/** `$connect` events carry the query string, which their type leaves out. */
type ConnectEvent = APIGatewayProxyWebsocketEventV2 & {
  queryStringParameters?: Record<string, string | undefined>;
};

/** The status is that of the upgrade: until it is returned there is no connection to post to. */
export async function handler({
  requestContext,
  queryStringParameters,
}: ConnectEvent): Promise<{ statusCode: number }> {
  const wire = wireOf(queryStringParameters ?? {});
  if (!wire) return { statusCode: 400 };
  const { connectionId, connectedAt, requestId } = requestContext;
  try {
    await connect(chat, { connectionId, wire, connectedAt });
    return { statusCode: 200 };
  } catch (error) {
    log.error('$connect failed', { requestId, error });
    return { statusCode: 500 };
  }
}
