import type { Outcome } from '../integration.ts';
import type { Settings } from '../settings.ts';

/** What becomes of an upgrade: 101 with these headers, or an HTTP status. */
export type ConnectDecision =
  | { readonly accepted: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly accepted: false; readonly status: number };

/**
 * Reads the outcome of `$connect`: any 2xx connects, any other status is the client's answer as it is, a function that
 * throws or returns no status is 502. Of the headers only `Sec-WebSocket-Protocol` is sure to reach the client.
 *
 * "Manage connected users and client apps", "WebSocket APIs that require a WebSocket subprotocol":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
export function decideConnect(outcome: Outcome, settings: Settings): ConnectDecision {
  if (outcome.kind === 'timed-out') return { accepted: false, status: settings.connectTimeoutStatus };
  if (outcome.kind === 'failed') {
    return { accepted: false, status: outcome.throttled ? settings.connectThrottledStatus : 502 };
  }
  const { statusCode, headers } = asRecord(outcome.payload);
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    return { accepted: false, status: settings.malformedConnectStatus };
  }
  if (status >= 300) return { accepted: false, status };
  const returned = Object.entries(asRecord(headers)).map(([name, value]) => [name, String(value)] as const);
  const kept = returned.filter(
    ([name]) => settings.copyConnectHeaders || name.toLowerCase() === 'sec-websocket-protocol',
  );
  return { accepted: true, headers: Object.fromEntries(kept) };
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
