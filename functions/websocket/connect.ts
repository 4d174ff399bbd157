import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { connect } from '../../shared/chat/connect.ts';
import { newId } from '../../shared/ids.ts';
import { toChatError } from '../../shared/protocol/errors.ts';
import { isSocketIo, type Query, wireOf } from '../../shared/protocol/wire.ts';
import { openTable } from '../../shared/store/table.ts';
import { identify } from '../context/authenticate.ts';
import { environment } from '../context/environment.ts';
import { idsOfMessage, log, metrics, observed } from '../context/observe.ts';
import type { OpenEvent } from './open.ts';
import { type Headers, readHandshake } from './wire/handshake-token.ts';

/** `$connect` events carry headers and the query string, which their type leaves out. */
type ConnectEvent = APIGatewayProxyWebsocketEventV2 & { headers?: Headers; queryStringParameters?: Query };

interface Decision {
  statusCode: number;
  headers?: Record<string, string>;
}

/** The client is waiting for its handshake. Invoking `open` twice does no harm, waiting for a hung socket does. */
const lambda = new LambdaClient({
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
});

const table = openTable(environment.tableName);

/**
 * The status code answers the handshake; until it is returned there is no connection to post to. JSON clients present
 * their token here, Socket.IO clients in the CONNECT packet.
 */
async function decide({
  requestContext,
  headers = {},
  queryStringParameters: query = {},
}: ConnectEvent): Promise<Decision> {
  const wire = wireOf(query);
  // A message may name any route as its action, this one too.
  if (!wire || requestContext.eventType !== 'CONNECT') return { statusCode: 400 };
  if (!isFromAllowedOrigin(headers)) return { statusCode: 403 };
  const { connectionId, connectedAt, requestId } = requestContext;
  const { token, answerHeaders } = readHandshake(headers, query);
  try {
    const identity = isSocketIo(wire) ? undefined : await identify?.(token);
    await connect({ table }, { connectionId, wire, connectedAt, identity });
    if (isSocketIo(wire)) await openLater({ connectionId, sid: newId() });
    return { statusCode: 200, headers: answerHeaders };
  } catch (error) {
    const { code, status } = toChatError(error, requestId);
    if (code === 'INTERNAL') log.error('$connect failed', { error });
    return { statusCode: status };
  }
}

export const handler = observed(idsOfMessage, async (event: ConnectEvent) => {
  const decision = await decide(event);
  const { statusCode } = decision;
  metrics.count(statusCode === 200 ? 'ConnectionsOpened' : 'ConnectionsRefused', 1);
  if (statusCode !== 200) log.info('connection refused', { statusCode });
  return decision;
});

/** Another function has to send the first packet, after this one has returned. */
async function openLater(event: OpenEvent): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: environment.openFunction,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    }),
  );
}

/** Only browsers say where a page is from, and no page can make them say otherwise. */
function isFromAllowedOrigin(headers: Headers): boolean {
  const { allowedOrigins } = environment.settings;
  const [, origin] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'origin') ?? [];
  return origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin);
}
