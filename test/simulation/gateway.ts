import { internalServerError } from '../../local/apigateway/websocket/error-frames.ts';
import { requestContext } from '../../local/apigateway/websocket/request-context.ts';
import { moderationActions } from '../../shared/protocol/client-to-server.ts';
import type { Simulated } from './code.ts';
import type { Faults } from './faults.ts';
import type { Lambda } from './lambda.ts';
import type { Random } from './random.ts';
import type { Scheduler, Timer } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** A client's end of a connection. Frames arrive in order; nothing comes after `closed`. */
export interface Listener {
  readonly name: string;
  opened(connectionId: string): void;
  /** The handshake failed. */
  refused(): void;
  frame(text: string): void;
  closed(): void;
}

interface Connection {
  id: string;
  listener: Listener;
  connectedAt: number;
  state: 'opening' | 'open' | 'closed';
  /** Whether the client is still at its end: what is sent to one that is not goes nowhere. */
  isReached: boolean;
  /** When the last frame on its way arrives. */
  arrivesAt: number;
  lastUse: number;
  isDeaf: boolean;
  /** Bytes that it has not read. */
  buffered: number;
  unread: string[];
  ends: Timer | undefined;
}

/** Frames that are too large for API Gateway, in either direction. */
const FRAME_BYTES = 32 * 1024;
const BUFFER_BYTES = 2_000;
const IDLE_MS = 600_000;
const LIFETIME_MS = 7_200_000;

const routes: Readonly<Record<string, Simulated>> = {
  joinEvent: 'websocket/join-event',
  watchEvent: 'websocket/watch-event',
  leaveEvent: 'websocket/leave-event',
  sendMessage: 'websocket/send-message',
  typing: 'websocket/typing',
  react: 'websocket/react',
  getActiveEvents: 'websocket/get-active-events',
  getHistory: 'websocket/get-history',
};

interface Means {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  trace: Trace;
  lambda: () => Lambda;
}

/** API Gateway's WebSocket API and its management API. */
export class Gateway {
  readonly tooLarge: string[] = [];
  posts = 0;
  /** Events on the way to functions. */
  pending = 0;
  /** The management API answers nothing. */
  isDown = false;
  readonly #connections = new Map<string, Connection>();
  readonly #means: Means;
  readonly #troubles: { until: number; connectionId: string | undefined }[] = [];
  #count = 0;

  constructor(means: Means) {
    this.#means = means;
  }

  /** A client's handshake. */
  async connect(listener: Listener, query: Record<string, string>): Promise<void> {
    const { scheduler, random, faults, lambda } = this.#means;
    this.#count += 1;
    const connection: Connection = {
      ...{
        id: `${random.bytes(6).toString('base64url')}${this.#count}=`,
        listener,
        connectedAt: Math.floor(scheduler.now),
      },
      ...{ state: 'opening', isReached: true, arrivesAt: 0, lastUse: scheduler.now, isDeaf: false },
      ...{ buffered: 0, unread: [], ends: undefined },
    };
    this.pending += 1;
    await scheduler.sleep(random.between(1, 20));
    const event = {
      ...this.#event(connection, '$connect', 'CONNECT'),
      headers: {},
      ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    };
    const outcome = await lambda().invoke('websocket/connect', event);
    this.pending -= 1;
    const isGood =
      outcome.state === 'returned' && (outcome.value as { statusCode: number }).statusCode === 200;
    if (!isGood || faults.happens('handshakeLost')) {
      if (isGood) this.#disconnected(connection);
      return void scheduler.after(random.between(1, 20), () => listener.refused());
    }
    // Some time passes until the management API knows it.
    await scheduler.sleep(random.between(0, 40));
    this.#connections.set(connection.id, connection);
    connection.state = 'open';
    this.#keepTime(connection);
    this.#arrives(connection, () => listener.opened(connection.id));
  }

  /** A client's frame. */
  async receive(connectionId: string, text: string): Promise<void> {
    const { scheduler, random, lambda } = this.#means;
    const connection = this.#connections.get(connectionId);
    if (!connection) return;
    connection.lastUse = scheduler.now;
    this.pending += 1;
    // Frames of one connection may overtake each other.
    await scheduler.sleep(random.chance(0.1) ? random.between(10, 120) : random.between(1, 8));
    const event = { ...this.#event(connection, '$default', 'MESSAGE'), body: text, isBase64Encoded: false };
    const { requestId } = event.requestContext;
    const { state } = await lambda().invoke(routeOf(text), event);
    this.pending -= 1;
    if (state !== 'returned') this.#send(connection, internalServerError(connectionId, requestId));
  }

  /** The client hangs up. `silently`: the network is lost, which is noticed later. */
  hangUp(connectionId: string, silently: boolean): void {
    const { scheduler, random } = this.#means;
    const connection = this.#connections.get(connectionId);
    if (!connection) return;
    connection.isReached = false;
    scheduler.after(silently ? random.between(1_000, 25_000) : random.between(1, 30), () =>
      this.#close(connection),
    );
  }

  /** A client that does not read; what it has been sent meanwhile comes when it does. */
  deafen(connectionId: string, isDeaf: boolean, buffered = 0): void {
    const connection = this.#connections.get(connectionId);
    if (!connection) return;
    connection.isDeaf = isDeaf;
    connection.buffered = buffered;
    if (isDeaf) return;
    for (const text of connection.unread.splice(0))
      this.#arrives(connection, () => connection.listener.frame(text));
  }

  /** The management API: a status, or no answer. */
  async manage(method: 'POST' | 'GET' | 'DELETE', connectionId: string, body: string): Promise<number> {
    const { scheduler, random, faults } = this.#means;
    this.posts += method === 'POST' ? 1 : 0;
    await scheduler.sleep(random.between(0.5, 6));
    if (this.isDown || this.#isTroubled(connectionId)) return random.chance(0.5) ? 429 : 500;
    if (faults.happens('postRefused')) return 429;
    const connection = this.#connections.get(connectionId);
    if (connection?.state !== 'open') return 410;
    // What fails may have arrived.
    const fails = faults.happens('postFailed');
    const isDone = !fails || random.chance(0.3);
    if (isDone && method === 'POST' && connection.buffered > BUFFER_BYTES) return 429;
    if (isDone && method === 'POST') this.#send(connection, body);
    if (isDone && method === 'DELETE') this.#close(connection, true);
    await scheduler.sleep(random.between(0.5, 4));
    if (fails) return 500;
    if (faults.happens('postUnanswered')) {
      await scheduler.sleep(random.chance(0.8) ? random.between(1, 50) : 5_000);
      throw new Error('No answer');
    }
    return method === 'DELETE' ? 204 : 200;
  }

  /** For some time it answers nothing about a connection, or about any. */
  trouble(ms: number, connectionId?: string): void {
    this.#troubles.push({ until: this.#means.scheduler.now + ms, connectionId });
  }

  #isTroubled(connectionId: string): boolean {
    const { scheduler, faults } = this.#means;
    return (
      faults.areOn &&
      this.#troubles.some(
        (one) => one.until > scheduler.now && (one.connectionId ?? connectionId) === connectionId,
      )
    );
  }

  /** Ends a connection as API Gateway does after two hours, whatever its age. */
  end(connectionId: string): void {
    const connection = this.#connections.get(connectionId);
    if (connection) this.#close(connection, true);
  }

  #send(connection: Connection, text: string): void {
    const { scheduler } = this.#means;
    if (Buffer.byteLength(text) > FRAME_BYTES) this.tooLarge.push(text.slice(0, 200));
    if (connection.state !== 'open') return;
    connection.lastUse = scheduler.now;
    if (connection.isDeaf) {
      connection.buffered += Buffer.byteLength(text);
      connection.unread.push(text);
    } else if (connection.isReached) this.#arrives(connection, () => connection.listener.frame(text));
  }

  /** After all that is on its way to the client. */
  #arrives(connection: Connection, tell: () => void): void {
    const { scheduler, random } = this.#means;
    connection.arrivesAt = Math.max(connection.arrivesAt, scheduler.now + random.between(1, 25));
    this.pending += 1;
    scheduler.after(connection.arrivesAt - scheduler.now, () => {
      this.pending -= 1;
      if (connection.isReached) tell();
    });
  }

  #close(connection: Connection, tellsClient = false): void {
    if (connection.state === 'closed') return;
    connection.state = 'closed';
    if (connection.ends) connection.ends.run = undefined;
    this.#connections.delete(connection.id);
    if (tellsClient && connection.isReached)
      this.#arrives(connection, () => {
        connection.isReached = false;
        connection.listener.closed();
      });
    this.#disconnected(connection);
  }

  /** `$disconnect` comes late, twice or never. */
  #disconnected(connection: Connection): void {
    const { scheduler, random, faults, lambda } = this.#means;
    const times = faults.happens('disconnectLost') ? 0 : faults.happens('disconnectTwice') ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      this.pending += 1;
      scheduler.after(random.chance(0.8) ? random.between(1, 60) : random.between(60, 5_000), () => {
        this.pending -= 1;
        void lambda().invoke('websocket/disconnect', this.#event(connection, '$disconnect', 'DISCONNECT'));
      });
    }
  }

  #keepTime(connection: Connection): void {
    const { scheduler } = this.#means;
    const dueAt = Math.min(connection.lastUse + IDLE_MS, connection.connectedAt + LIFETIME_MS);
    connection.ends = scheduler.after(dueAt - scheduler.now, () => {
      const isOver =
        scheduler.now >= connection.lastUse + IDLE_MS ||
        scheduler.now >= connection.connectedAt + LIFETIME_MS;
      if (isOver) this.#close(connection, true);
      else this.#keepTime(connection);
    });
  }

  #event(connection: Connection, routeKey: string, eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT') {
    const { scheduler, random } = this.#means;
    const facts = {
      ...{ connectionId: connection.id, apiId: 'api', stage: 'prod', stageVariables: {}, host: 'api' },
      ...{ domainName: 'api', connectedAt: connection.connectedAt, identity: { sourceIp: '203.0.113.7' } },
    };
    const requestId = `${random.bytes(8).toString('base64url')}=`;
    const nowMs = Math.floor(scheduler.now);
    return { requestContext: requestContext(facts, undefined, { routeKey, eventType, requestId, nowMs }) };
  }
}

function routeOf(text: string): Simulated {
  let action: unknown;
  try {
    action = JSON.parse(text).action;
  } catch {
    return 'websocket/default';
  }
  if (moderationActions.some((one) => one === action)) return 'websocket/moderate';
  return routes[String(action)] ?? 'websocket/default';
}
