import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { sourceIp } from '../client.ts';
import type { Gateway } from '../gateway.ts';
import { newId } from '../identifiers.ts';
import type { Outcome } from '../integration.ts';
import type { Stage, WebSocketApi, WebSocketRoute } from '../model.ts';
import { authorizeConnect } from './authorizer.ts';
import { connectEvent, readUpgradeRequest } from './connect-event.ts';
import { decideConnect } from './connect-result.ts';
import { type Handshake, refuse } from './handshake.ts';
import type { AuthorizerContext, ConnectionFacts } from './request-context.ts';

export interface Accepted {
  readonly facts: ConnectionFacts;
  readonly authorizer: AuthorizerContext | undefined;
  readonly api: WebSocketApi;
  readonly stage: Stage;
}

/**
 * Decides an upgrade: throttle, authorizer, `$connect`, and only then 101. The client waits all the while. A `$connect`
 * route without an integration, or none at all, connects.
 *
 * "Manage connected users and client apps: $connect and $disconnect routes":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export async function upgrade(
  gateway: Gateway,
  handshake: Handshake,
  { api, stage }: { api: WebSocketApi; stage: Stage },
  { req, socket, head }: { req: IncomingMessage; socket: Duplex; head: Buffer },
  onOpen: (webSocket: WebSocket, accepted: Accepted) => void,
  onAbandoned: (accepted: Accepted) => void,
): Promise<void> {
  const facts = connectionFacts(gateway, req, stage);
  const ids = { connectionId: facts.connectionId, requestId: newId() };
  if (!gateway.throttle.admitsConnection(stage)) {
    gateway.log('New connections over the limit (500 a second by default) are refused with 429, as on AWS');
    gateway.metrics.webSocket(stage, 'ClientError');
    return refuse(socket, 429, ids);
  }

  const given = { facts, requestId: ids.requestId, nowMs: gateway.clock.now() };
  const request = readUpgradeRequest(req, gateway.origin, given);
  const route = api.routes.get('$connect');
  const authorization = await authorizeConnect(gateway, route?.authorizer, request);
  if (!authorization.ok) {
    gateway.metrics.webSocket(stage, 'ClientError');
    return refuse(socket, authorization.status, ids);
  }

  const authorizer = authorization.context;
  const outcome = await callConnect(gateway, route, connectEvent(request, authorizer));
  const decision = decideConnect(outcome, gateway.settings);
  gateway.metrics.webSocket(stage, 'ConnectCount');
  if (!decision.accepted) {
    gateway.metrics.webSocket(stage, outcome.kind === 'returned' ? 'IntegrationError' : 'ExecutionError');
    return refuse(socket, decision.status, ids);
  }

  const accepted = { facts, authorizer, api, stage };
  // The client may have given up while $connect ran; the function has recorded it by then.
  if (socket.destroyed || !socket.writable) return onAbandoned(accepted);
  handshake.accept(req, socket, head, decision.headers, (webSocket) => onOpen(webSocket, accepted));
}

async function callConnect(
  gateway: Gateway,
  route: WebSocketRoute | undefined,
  event: unknown,
): Promise<Outcome> {
  const integration = route?.integration;
  if (integration?.type !== 'lambda') return { kind: 'returned', payload: { statusCode: 200 }, latencyMs: 0 };
  return gateway.integrations.call(integration.functionArn, event, integration.timeoutMs);
}

function connectionFacts(gateway: Gateway, req: IncomingMessage, stage: Stage): ConnectionFacts {
  const userAgent = req.headers['user-agent'];
  return {
    connectionId: newId(),
    apiId: stage.apiId,
    stage: stage.name,
    stageVariables: stage.variables,
    domainName: gateway.settings.domainName(stage.apiId, gateway.origin.host),
    connectedAt: gateway.clock.now(),
    identity: { ...(userAgent !== undefined && { userAgent }), sourceIp: sourceIp(req) },
    host: req.headers.host ?? '',
  };
}
