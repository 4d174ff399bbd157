import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import type { Wire } from '../../shared/protocol/wire.ts';

export interface JoinInput {
  eventId: string;
  username: string;
  participantToken: string;
  /** It only watches. */
  watches?: boolean;
}

/** A client as its library and its app make it. One of Socket.IO has one connection after the other. */
export interface Client {
  wire: Wire;
  connectionId: string;
  /** Its own end of the connection; the other may see that later, or never. */
  isOpen: boolean;
  /** CONNECT was answered; there is none on the JSON wire. */
  isConnected: boolean;
  /** Posts to it fail, and it cannot be closed. */
  isSick: boolean;
  /** It awaits the answer to a join or a leave, or is to connect or to join first. */
  isBusy: boolean;
  /** It is on its way back; it always will be; it never will be. */
  isReturning: boolean;
  isFaithful: boolean;
  isOver: boolean;
  eventId?: string | undefined;
  /** The join that its app wants to have an acknowledgement for, or has; undefined: it wants to be in no event. */
  wish?: JoinInput | undefined;
  isGranted: boolean;
  /** Every join it asked for; `left` is when it knew that it was out again. All times are ticks of one counter. */
  stays: { eventId: string; asked: number; left: number }[];
  heard: { tick: number; event: ServerEvent }[];
  /** When its connections were lost, by its own account. */
  cuts: number[];
  /** What waits for an answer, until the connection is lost. */
  waiting: Set<() => void>;
  /** What socket.io-client remembers: its way back. */
  pid?: string;
  offset?: string;
}

export function newClient(wire: Wire): Client {
  return {
    ...{ wire, connectionId: '', stays: [], heard: [], cuts: [], waiting: new Set() },
    ...{ isOpen: false, isConnected: false, isSick: false, isBusy: true },
    ...{ isReturning: false, isFaithful: false, isOver: false, isGranted: true },
  };
}

/** What the library makes of a frame. */
export function hear(client: Client, frame: string, tick: () => number): void {
  const events: ServerEvent[] =
    client.wire === 'json' ? [JSON.parse(frame)].flat() : unpack(client, frame, tick);
  for (const event of events) client.heard.push({ tick: tick(), event });
}

function unpack(client: Client, packet: string, tick: () => number): ServerEvent[] {
  if (packet.startsWith('40')) welcome(client, JSON.parse(packet.slice(2)), tick);
  if (!packet.startsWith('42')) return [];
  const [name, ...args] = JSON.parse(packet.slice(2));
  const last = args.at(-1);
  // The offset of a session before stays, too, until there is another.
  if (client.pid !== undefined && typeof last === 'string') client.offset = last;
  if (name !== 'batch') return [{ event: name, data: args[0] }];
  return args[0].map(([event, data]: [string, unknown]) => ({ event, data }));
}

/** Recovered, it is where it was; else it is in no event, and its app will want to be. */
function welcome(client: Client, { pid }: { pid: string }, tick: () => number): void {
  client.isConnected = true;
  if (client.pid === pid) return;
  client.pid = pid;
  moved(client, undefined, tick());
  client.isGranted = client.wish === undefined;
}

/** It knows that it is in this event and in no other. */
export function moved(client: Client, eventId: string | undefined, at: number): void {
  for (const stay of client.stays) if (stay.eventId !== eventId) stay.left = Math.min(stay.left, at);
  client.eventId = eventId;
}

/** Its connection is lost, and with it every answer. */
export function lost(client: Client, at: number): void {
  client.isOpen = false;
  client.isConnected = false;
  client.cuts.push(at);
  for (const giveUp of client.waiting) giveUp();
  client.waiting.clear();
}

/** Resolves to the answer, or to undefined once the connection is lost. */
export function awaited<T>(client: Client, answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(undefined);
    client.waiting.add(giveUp);
    void answer.then(resolve).finally(() => client.waiting.delete(giveUp));
  });
}
