import type { Query } from '../../../shared/protocol/wire.ts';

/** What JSON clients offer as a subprotocol, before their token: browsers can set no other header. */
const SUBPROTOCOL = 'live-event-chat';

export type Headers = Readonly<Record<string, string | undefined>>;

/**
 * The token of a handshake, and the headers of its answer: a subprotocol that was offered must be echoed
 * (docs/security.md, "Tokens";
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html).
 */
export function readHandshake(
  headers: Headers,
  query: Query,
): { token: string | undefined; answerHeaders: Record<string, string> } {
  const [, line = ''] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  const [first, token] = line.split(',').map((value) => value.trim());
  const isOurs = first === SUBPROTOCOL;
  return {
    token: (isOurs ? token : undefined) ?? query.token,
    answerHeaders: isOurs ? { 'Sec-WebSocket-Protocol': SUBPROTOCOL } : {},
  };
}
