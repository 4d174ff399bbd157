import { limits } from './limits.ts';

/**
 * The Socket.IO wire: Engine.IO protocol 4 over WebSocket, Socket.IO protocol 5, one packet a text message
 * (https://socket.io/docs/v4/engine-io-protocol/ and https://socket.io/docs/v4/socket-io-protocol/).
 */

/** What a client may send in one WebSocket text message. */
export type Packet =
  | { type: 'connect'; namespace: string; auth: Record<string, unknown> }
  | { type: 'disconnect'; namespace: string }
  | { type: 'event'; namespace: string; id?: number; name: string | number; args: unknown[] }
  | { type: 'ack'; namespace: string; id: number; args: unknown[] }
  /** The header of a packet with binary attachments. `id` only if the sender waits for an ack. */
  | { type: 'binary'; namespace: string; id?: number }
  /** One binary attachment in base64, as clients with `forceBase64` send it. */
  | { type: 'attachment' }
  | { type: 'pong' };

/**
 * Milliseconds. A client gives up its connection when the interval and `PING_TIMEOUT_MS` pass without a ping (`2`); the
 * heartbeat sends one every interval, by default and at most `PING_INTERVAL_MS`.
 */
export const PING_INTERVAL_MS = 480_000;
export const PING_TIMEOUT_MS = 120_000;

/** Event names that Socket.IO libraries use themselves. */
const RESERVED_NAMES: unknown[] = [
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
];

/** Ids and counts of at most 15 digits are exact in JavaScript. */
const ID_DIGITS = 15;

/**
 * Message, type, attachment count if binary, namespace up to its comma, ack id. The pattern needs no backtracking, so
 * hostile input takes linear time.
 */
const HEADER = /^4(?:([0-3])|([56])(?=0*[1-9])\d{1,15}-)(?:(\/[^,]*),?)?(\d*)/;

/** Never throws. Undefined for a violation of the protocol: the connection is to be closed. */
export function decodePacket(text: string): Packet | undefined {
  if (text === '3') return { type: 'pong' };
  if (text.startsWith('b')) return { type: 'attachment' };
  const [header, plain, binary, namespace = '/', digits = ''] = HEADER.exec(text) ?? [];
  if (header === undefined || digits.length > ID_DIGITS) return undefined;

  const body = text.slice(header.length);
  const id = digits === '' ? {} : { id: Number(digits) };
  if (plain === '0') return connectPacket(namespace, body);
  if (plain === '1') return body === '' ? { type: 'disconnect', namespace } : undefined;
  if (plain === '2') return eventPacket(namespace, id, body);
  if (plain === '3') return ackPacket(namespace, id, body);
  return binary === '5' ? { type: 'binary', namespace, ...id } : { type: 'binary', namespace };
}

function connectPacket(namespace: string, body: string): Packet | undefined {
  const auth = body === '' ? {} : parsePayload(body);
  return isRecord(auth) ? { type: 'connect', namespace, auth } : undefined;
}

function eventPacket(namespace: string, id: { id?: number }, body: string): Packet | undefined {
  const payload = parsePayload(body);
  if (!Array.isArray(payload)) return undefined;
  const [name, ...args]: unknown[] = payload;
  if (typeof name !== 'string' && typeof name !== 'number') return undefined;
  return RESERVED_NAMES.includes(name) ? undefined : { type: 'event', namespace, ...id, name, args };
}

function ackPacket(namespace: string, { id }: { id?: number }, body: string): Packet | undefined {
  const args = parsePayload(body);
  return Array.isArray(args) && id !== undefined ? { type: 'ack', namespace, id, args } : undefined;
}

/** A payload is an array or an object, directly after the header; leading white space, as JSON allows it, is refused. */
function parsePayload(body: string): unknown {
  if (!body.startsWith('[') && !body.startsWith('{')) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Clients answer it with a pong. It shows them that their connection lives, and keeps API Gateway from closing an idle one. */
export const PING = '2';

/** The first packet of a connection. We offer no other transport to upgrade to; `maxPayload` is in bytes. */
export const encodeOpen = (sid: string, pingInterval = PING_INTERVAL_MS): string =>
  `0${JSON.stringify({
    sid,
    upgrades: [],
    pingInterval,
    pingTimeout: PING_TIMEOUT_MS,
    maxPayload: limits.frameBytes,
  })}`;

/** The answer to CONNECT: `sid` is new each time, `pid` is the client's way back to what it missed. */
export const encodeConnected = ({ sid, pid }: { sid: string; pid?: string }): string =>
  `40${JSON.stringify({ sid, pid })}`;

/** The refusal of CONNECT. Never sent later: a connected client that gets it would go on taking itself for connected. */
export const encodeConnectError = (
  { message, data }: { message: string; data?: object },
  namespace = '/',
): string => `44${namespace === '/' ? '' : `${namespace},`}${JSON.stringify({ message, data })}`;

export const encodeAck = (id: number, reply: object): string => `43${id}${JSON.stringify([reply])}`;

export const encodeEvent = (name: string, ...args: unknown[]): string =>
  `42${JSON.stringify([name, ...args])}`;

/** Disconnects a client. Unlike a closed connection, it keeps the client from reconnecting by itself. */
export const encodeDisconnect = (): string => '41';
