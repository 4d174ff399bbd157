import { io, NodeWebSocket } from 'socket.io-client';
import type { Entry } from '../../infra/built.ts';
import type { HttpRoute } from '../../shared/protocol/http-routes.ts';
import type { ChatSettings } from '../../shared/settings.ts';
import { ChatClient } from '../support/chat-client.ts';
import { type Death, deadLeases, type Written } from '../support/deaths.ts';
import { PacketClient } from '../support/packet-client.ts';
import { SocketClient } from '../support/socket-client.ts';
import type { Stage } from '../support/stage.ts';
import type { Patience } from '../support/transcript.ts';
import { loadCode, type Simulated } from './code.ts';
import type { Environment } from './environment.ts';
import type { FaultKind, Rates } from './faults.ts';
import { request } from './http.ts';
import type { Timer } from './scheduler.ts';
import { SimulatedSocket } from './simulated-socket.ts';
import type { Operation } from './stand-ins.ts';
import { type Called, newWorld, TABLE, type World } from './world.ts';

/** Time leaps: only what never comes is waited for so long. Shorter than API Gateway lets a connection idle. */
const PATIENCE_MS = 300_000;
const LOOK_MS = 50;
/** Of one function: to start one takes longer than many invocations. */
const ENVIRONMENTS_MAX = 4;

const isRead = (operation: Operation) => ['GetItem', 'Query', 'BatchGetItem'].includes(operation);

let code: ReturnType<typeof loadCode> | undefined;

interface Fault {
  function: Entry;
  of?: string;
  /** That many writes, or posts. */
  count: number;
  call: 'writes' | 'posts';
  times: number;
  /** The invocation that is counted, and how much it has done. */
  counted: Map<string, number>;
}

/** A chat on the simulated services, for tests that read as on a local stack. All clients are those of applications. */
export class SimulatedChat implements Stage {
  readonly world: World;
  /** How likely each kind of trouble is, from now on. */
  readonly rates: Rates;
  /** Added before every answer of the management API. */
  managementLatencyMs = 0;
  readonly writes: Written[] = [];
  #fault: Fault | undefined;
  readonly #sockets: SimulatedSocket[] = [];
  readonly #clients: SocketClient[] = [];
  #waiting = 0;
  #isRunning = false;
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  static async start(settings: Partial<ChatSettings> = {}, seed = 1): Promise<SimulatedChat> {
    code ??= loadCode();
    return new SimulatedChat(await code, settings, seed);
  }

  private constructor(
    load: Awaited<ReturnType<typeof loadCode>>,
    settings: Partial<ChatSettings>,
    seed: number,
  ) {
    this.rates = {};
    const plan = {
      seed,
      people: 0,
      clients: [],
      operations: [],
      rates: this.rates,
      settings,
      isStrict: false,
      ...{ killedAt: undefined, slowAt: undefined },
    };
    const called: Called = {
      dynamodb: (caller, operation, input) => isRead(operation) || this.#written(caller, operation, input),
      post: (caller) => this.#count(caller, 'posts', []),
      managing: () => (this.managementLatencyMs > 0 ? scheduler.sleep(this.managementLatencyMs) : undefined),
    };
    this.world = newWorld(plan, load, { called, environmentsMax: ENVIRONMENTS_MAX });
    this.world.faults.begin();
    const { scheduler } = this.world;
    // Those of Socket.IO's library, and of other clients.
    const later = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      scheduler.after(ms, () => run(...args));
    const clear = (timer?: Timer) => {
      if (timer) timer.run = undefined;
    };
    Object.assign(globalThis, { setTimeout: later, clearTimeout: clear });
  }

  /** After each test: nothing goes wrong any more, and nobody is there. */
  async clear(): Promise<void> {
    this.endFaults();
    for (const { socket } of this.#clients.splice(0)) socket.disconnect();
    for (const socket of this.#sockets.splice(0)) socket.close();
    await this.until('rest', () => this.world.isAtRest());
  }

  stop(): void {
    Object.assign(globalThis, this.#real);
    this.#waiting = 0;
  }

  /** Lets time pass while anybody waits. */
  readonly patience: Patience = (what, start) => this.#within(PATIENCE_MS, what, start);

  #within<T>(
    ms: number,
    what: string | (() => string),
    start: (resolve: (value: T) => void) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const isOver = () => {
        timer.run = undefined;
        this.#waiting -= 1;
      };
      const timer = this.world.scheduler.after(ms, () => {
        isOver();
        reject(new Error(`Waited in vain for ${typeof what === 'string' ? what : what()}`));
      });
      this.#waiting += 1;
      start((value) => {
        if (timer.run) isOver();
        resolve(value);
      });
      void this.#run();
    });
  }

  get now(): number {
    return this.world.scheduler.now;
  }

  connect(): Promise<ChatClient> {
    return ChatClient.over(this.#newSocket({}), this.patience);
  }

  socketOf({ socket }: ChatClient): SimulatedSocket {
    return socket as SimulatedSocket;
  }

  /** Writes to the table past the chat. */
  async write(operation: Operation, input: object): Promise<void> {
    await this.#during(operation, this.world.dynamodb.send(operation, { TableName: TABLE, ...input }));
  }

  /** A client of the Socket.IO wire without any library. */
  connectPackets(): Promise<PacketClient> {
    return PacketClient.over(this.#newSocket({ EIO: '4', transport: 'websocket' }), this.patience);
  }

  async connectSocket(options: object = {}): Promise<SocketClient> {
    const newSocket = (uri: string) => this.#newSocket(Object.fromEntries(new URL(uri).searchParams));
    class Transport extends NodeWebSocket {
      override createSocket(uri: string) {
        return newSocket(uri);
      }
    }
    const client = new SocketClient('ws://api', { transports: [Transport], ...options }, io, this.patience);
    this.#clients.push(client);
    await client.hears('connect');
    return client;
  }

  async api<Body>(method: string, path: string, body?: object) {
    const answer = await this.#during(
      `the answer to ${method} ${path}`,
      request(this.world.lambda, method.toLowerCase() as HttpRoute['method'], `/api/events${path}`, body),
    );
    return (answer ?? { status: 500, body: {} }) as { status: number; body: Body };
  }

  async dieAfterWrites({ function: name, of, writes }: Death, run: () => Promise<unknown>): Promise<void> {
    const fault = this.killAfter('writes', name, writes, of);
    await this.#untilDead(fault, run);
    await this.outliveLeases();
  }

  /** Kills such a function after so many calls of one invocation. */
  killAfter(call: 'writes' | 'posts', name: Entry, count: number, of = ''): Fault {
    this.#fault = { function: name, of, count, call, times: 1, counted: new Map() };
    return this.#fault;
  }

  async #untilDead(fault: Fault, run: () => Promise<unknown>): Promise<void> {
    // A dead Lambda answers nobody.
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
    };
    run().then(answered, answered);
    await this.until('the answer or the death', () => isAnswered || fault.times === 0);
    this.#fault = undefined;
  }

  loseDisconnects(share: number): void {
    this.rates.disconnectLost = share;
  }

  endFaults(): void {
    this.#fault = undefined;
    this.managementLatencyMs = 0;
    this.setManagementIsDown(false);
    for (const kind of Object.keys(this.rates)) delete this.rates[kind as FaultKind];
  }

  /** A client that seems to read nothing more. */
  fillBuffer(client: ChatClient): void {
    this.world.gateway.deafen(this.socketOf(client).connectionId, true, Number.POSITIVE_INFINITY);
  }

  /** It answers nothing but 429 and 500, or is as it was. */
  setManagementIsDown(isDown: boolean): void {
    this.world.gateway.isDown = isDown;
  }

  sweep(): Promise<void> {
    return this.runSchedule('schedule/sweep');
  }

  async runSchedule(entry: Simulated): Promise<void> {
    const event = { time: new Date(this.world.scheduler.now).toISOString() };
    const { state } = await this.#during(entry, this.world.lambda.invoke(entry, event));
    if (state !== 'returned') throw new Error(`${entry}: ${state}`);
  }

  async items(): Promise<Record<string, unknown>[]> {
    return this.world.model.items();
  }

  async pass(ms: number): Promise<void> {
    const { scheduler } = this.world;
    await this.#within(2 * ms + 1, 'time', (resolve) => scheduler.after(ms, () => resolve(undefined)));
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    for (const { scheduler } = this.world, giveUpAt = scheduler.now + PATIENCE_MS; !isSo(); ) {
      if (scheduler.now > giveUpAt) throw new Error(`Waited in vain for ${what}`);
      await this.pass(LOOK_MS);
    }
  }

  async eventually(assert: () => unknown): Promise<void> {
    const { scheduler } = this.world;
    for (const giveUpAt = scheduler.now + PATIENCE_MS; ; ) {
      try {
        return void (await assert());
      } catch (error) {
        if (scheduler.now > giveUpAt) throw error;
      }
      await this.pass(LOOK_MS);
    }
  }

  /** Until every lease has ended that a killed function holds. */
  async outliveLeases(): Promise<void> {
    const left = deadLeases(this.writes, await this.items()).map((until) => until - this.world.scheduler.now);
    const longest = Math.max(...left);
    // What is free at a time is not free yet at that time.
    if (longest >= 0) await this.pass(longest + 2);
  }

  #newSocket(query: Record<string, string>): SimulatedSocket {
    const socket = new SimulatedSocket(`s${this.world.gateway.posts}`, this.world.gateway, query);
    this.#sockets.push(socket);
    return socket;
  }

  #during<T>(what: string, work: Promise<T>): Promise<T> {
    return this.patience<{ value: T } | { error: unknown }>(what, (resolve) => {
      work.then(
        (value) => resolve({ value }),
        (error) => resolve({ error }),
      );
    }).then((outcome) => {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { scheduler } = this.world;
    while (this.#waiting > 0) await scheduler.run(() => this.#waiting <= 0, scheduler.now + PATIENCE_MS);
    this.#isRunning = false;
  }

  #written(caller: Environment, operation: Operation, input: Record<string, unknown>): void {
    const keys = writtenKeys(operation, input);
    this.writes.push({ by: caller.entry, keys, input, isDead: () => caller.isDead });
    this.#count(caller, 'writes', keys);
  }

  #count(caller: Environment, call: Fault['call'], keys: readonly string[]): void {
    const fault = this.#fault;
    if (!fault || fault.call !== call || fault.times === 0 || caller.isDead) return;
    const { of = '' } = fault;
    if (caller.entry !== fault.function || !(of === '' || keys.some((key) => key.includes(of)))) return;
    const count = (fault.counted.get(caller.requestId) ?? 0) + 1;
    fault.counted.set(caller.requestId, count);
    if (count !== fault.count) return;
    fault.times -= 1;
    caller.kill();
  }
}

type Part = Readonly<Record<string, unknown>>;

/** The keys of the items that a write puts, updates or deletes. */
function writtenKeys(operation: Operation, input: Part): string[] {
  const key = ({ Key, Item }: Part) => {
    const { pk, sk } = (Key ?? Item) as Part;
    return `${pk} ${sk}`;
  };
  if (operation === 'TransactWriteItems')
    return (input.TransactItems as Record<string, Part>[])
      .flatMap(({ ConditionCheck: _read, ...write }) => Object.values(write))
      .map(key);
  if (operation === 'BatchWriteItem')
    return Object.values(input.RequestItems as Record<string, Record<string, Part>[]>)
      .flat()
      .flatMap((write) => Object.values(write))
      .map(key);
  return [key(input)];
}
