import type { Gateway } from '../gateway.ts';
import { newId } from '../identifiers.ts';
import type { Outcome } from '../integration.ts';
import type { WebSocketApi, WebSocketRoute } from '../model.ts';
import type { Connection } from './connection.ts';
import { endpointTimedOut, forbidden, internalServerError, throttled } from './error-frames.ts';
import { messageEvent } from './message-event.ts';
import { responseFrame } from './route-response.ts';
import { type RouteSelector, routeOf, routeSelector } from './route-selection.ts';

const selectors = new WeakMap<WebSocketApi, RouteSelector>();

/**
 * Carries one message to its route's Lambda. Messages of one connection do not wait for each other: each is an
 * invocation of its own, and their order is not kept.
 */
export async function handleMessage(gateway: Gateway, connection: Connection, body: string): Promise<void> {
  const { clock, settings } = gateway;
  const requestId = newId();
  const answer = (frame: string) => connection.send(frame, clock.now());
  gateway.meter({ what: 'message', direction: 'in', bytes: Buffer.byteLength(body) });

  gateway.metrics.webSocket(connection.stage, 'MessageCount');
  const route = routeOf(connection.api.routes, selectorOf(connection.api)(body));
  if (!gateway.throttle.admits(connection.stage, route?.routeKey ?? '$default')) {
    gateway.metrics.webSocket(connection.stage, 'ClientError');
    answer(throttled(settings.throttledMessage, connection.id, requestId));
    if (settings.closeWhenThrottled) connection.close(1008, settings.closeReasons.throttled);
    return;
  }
  if (route === undefined) return answer(forbidden(connection.id, requestId));

  await reordered(gateway);
  const outcome = await call(gateway, connection, route, requestId, body);
  if (outcome.kind !== 'returned') gateway.metrics.webSocket(connection.stage, 'ExecutionError');
  if (outcome.kind === 'failed') return answer(internalServerError(connection.id, requestId));
  if (outcome.kind === 'timed-out') return answer(endpointTimedOut(connection.id, requestId));
  // What a one-way route returns, an error status too, is discarded.
  if (!route.twoWay) return;
  const frame = responseFrame(outcome.payload, settings);
  if (frame === 'internal-server-error') return answer(internalServerError(connection.id, requestId));
  if (frame !== undefined) answer(frame.text);
}

function call(
  { clock, integrations }: Gateway,
  { facts, authorizer }: Connection,
  { routeKey, integration }: WebSocketRoute,
  requestId: string,
  body: string,
): Promise<Outcome> {
  if (integration?.type === 'mock') {
    return Promise.resolve({ kind: 'returned', payload: undefined, latencyMs: 0 });
  }
  const event = messageEvent(facts, authorizer, { routeKey, requestId, body, nowMs: clock.now() });
  return integrations.call(integration?.functionArn ?? '', event, integration?.timeoutMs ?? 0);
}

function reordered({ faults, clock }: Gateway): Promise<void> | undefined {
  const waitMs = Math.random() * faults.reorderMessagesMs;
  if (waitMs === 0) return undefined;
  return new Promise((resolve) => clock.after(waitMs, resolve));
}

function selectorOf(api: WebSocketApi): RouteSelector {
  const known = selectors.get(api);
  if (known) return known;
  const selector = routeSelector(api.routeSelectionExpression);
  selectors.set(api, selector);
  return selector;
}
