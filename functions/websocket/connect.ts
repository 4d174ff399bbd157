import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { connect } from '../../shared/chat/connect.ts';
import { newId } from '../../shared/ids.ts';
import { isSocketIo, type Query, wireOf } from '../../shared/protocol/wire.ts';
import { environment } from '../context/environment.ts';
import { log } from '../context/observe.ts';
import { table } from '../context/table.ts';
import type { OpenEvent } from './open.ts';

/** `$connect` events carry the query string, which their type leaves out. */
type ConnectEvent = APIGatewayProxyWebsocketEventV2 & { queryStringParameters?: Query };

/** The client waits for its handshake: rather ask twice, which does no harm, than wait for a hung socket. */
const lambda = new LambdaClient({
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
});

/** The status is that of the upgrade: until it is returned there is no connection to post to. */
export async function handler({
  requestContext,
  queryStringParameters,
}: ConnectEvent): Promise<{ statusCode: number }> {
  const wire = wireOf(queryStringParameters ?? {});
  if (!wire) return { statusCode: 400 };
  const { connectionId, connectedAt, requestId } = requestContext;
  try {
    await connect({ table }, { connectionId, wire, connectedAt });
    if (isSocketIo(wire)) await openLater({ connectionId, sid: newId() });
    return { statusCode: 200 };
  } catch (error) {
    log.error('$connect failed', { requestId, error });
    return { statusCode: 500 };
  }
}

/** Somebody else has to send the first packet, once we have returned. */
async function openLater(event: OpenEvent): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: environment.openFunction,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    }),
  );
}
