import { participantIdOf } from '../../shared/ids.ts';
import { chatSettings } from '../../shared/settings.ts';
import { timing } from '../../shared/timing.ts';
import { type Acting, act, reactWithAll, send } from './actions.ts';
import { Client, type Person } from './client.ts';
import type { Load, Simulated } from './code.ts';
import { DynamoDB } from './dynamodb.ts';
import type { Environment } from './environment.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { Lambda } from './lambda.ts';
import { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import type { Operation } from './stand-ins.ts';
import { Stream } from './stream.ts';
import { TableModel } from './table-model.ts';
import { Transcript } from './trace.ts';
import { jsonWire, socketIoWire } from './wires.ts';

/** When every world begins. */
export const START = Date.parse('2026-01-01T12:00:00Z');
export const TABLE = 'chat';
const MINUTE_MS = 60_000;
/** What a fault has left is over by then, such as the lease of a dead holder. */
const CALM_MS = 25_000;
/** Longer than anything may go on by itself. */
const REST_WITHIN_MS = 10 * MINUTE_MS;

export type World = ReturnType<typeof newWorld>;

/** Who wants to know what functions have done, before they hear that it is done. */
export interface Called {
  dynamodb(caller: Environment, operation: Operation, input: Record<string, unknown>): void;
  post(caller: Environment): void;
  /** Before the management API answers. */
  managing(): Promise<void> | undefined;
}

interface Options {
  called?: Called;
  environmentsMax?: number;
}

/** Clients, API Gateway, Lambda with the real functions, DynamoDB and its stream: all of it by one seed. */
export function newWorld(plan: Plan, load: Load, { called, environmentsMax }: Options = {}) {
  const { seed } = plan;
  const random = (name: string) => new Random(seed, name);
  const scheduler = new Scheduler(START);
  const transcript = new Transcript(() => scheduler.now);
  const trace = transcript.note;
  const faults = new Faults(scheduler, random('faults'), plan.rates, (kind) => trace('fault', kind));
  const ledger = new Ledger();
  const stream = new Stream({ scheduler, faults, random: random('stream'), lambda: () => lambda });
  const model = new TableModel(TABLE, scheduler, random('table'), (change) => stream.changed(change));
  const dynamodb = new DynamoDB(model, scheduler, faults, random('dynamodb'), plan.slowAt);
  const gateway = new Gateway({ scheduler, faults, random: random('gateway'), trace, lambda: () => lambda });
  const settings = chatSettings.parse(plan.settings);
  /** What functions have logged that no fault explains. */
  const mistakes: string[] = [];
  const lambda: Lambda = new Lambda({
    ...{
      scheduler,
      faults,
      random: random('lambda'),
      trace,
      load,
      seed,
      environmentsMax,
      killedAt: plan.killedAt,
    },
    variables: {
      ...{
        TABLE_NAME: TABLE,
        STACK_NAME: 'Chat',
        SETTINGS: JSON.stringify(settings),
        MANAGEMENT_ENDPOINT: 'https://api.invalid/prod',
      },
      ...{ OPEN_FUNCTION: 'websocket/open', POST_FUNCTION: 'delivery/post' },
    },
    timeoutOf,
    services: {
      async dynamodb(operation, input, caller: Environment) {
        const output = await dynamodb.send(operation, input);
        called?.dynamodb(caller, operation, input);
        return output;
      },
      async management(method, connectionId, body, caller: Environment) {
        await called?.managing();
        const status = await gateway.manage(method, connectionId, body);
        if (method === 'POST' && status === 200) called?.post(caller);
        return status;
      },
      async invoke({ FunctionName, InvocationType, Payload }) {
        const [entry, event] = [FunctionName as Simulated, JSON.parse(Payload)];
        if (InvocationType === 'Event') {
          void lambda.invokeLater(entry, event);
          return {};
        }
        const outcome = await lambda.invoke(entry, event);
        if (outcome.state === 'throttled') throw new Error('TooManyRequestsException');
        if (outcome.state !== 'returned') return { FunctionError: 'Unhandled', Payload: '{}' };
        return { Payload: JSON.stringify(outcome.value) };
      },
      log(level, message, { error, ...fields }) {
        trace('log', level, message, fields, String(error));
        if (isMistake(error)) mistakes.push(`${message}: ${error}`);
      },
    },
  });

  function newPerson(username: string): Person {
    const token = random(username).bytes(32).toString('base64url');
    return { id: participantIdOf(token), token, username };
  }
  const people = Array.from({ length: plan.people }, (_, index) => newPerson(`person${index}`));
  const eventIds: string[] = [];
  const clients: Client[] = [];
  function addClient(wireName: string, person: Person): Client {
    const name = `c${clients.length}`;
    const wire =
      wireName === 'json'
        ? jsonWire()
        : socketIoWire({ isBatched: wireName === 'socketio-batch', participantToken: person.token });
    const client = new Client(name, person, wireName, wire, {
      scheduler,
      gateway,
      random: random(`client ${name}`),
      trace,
      isCalm: () => faults.haveEndedFor(CALM_MS),
    });
    clients.push(client);
    client.start();
    return client;
  }

  const acting: Acting = {
    ...{ scheduler, faults, random: random('acts'), ledger, clients, eventIds },
    endConnection: ({ connectionId }) => connectionId !== undefined && gateway.end(connectionId),
    trouble: (ms, client) => gateway.trouble(ms, client?.connectionId),
    deafen: ({ connectionId }, isDeaf) => connectionId !== undefined && gateway.deafen(connectionId, isDeaf),
  };
  let acts = 0;
  const begin = (work: Promise<unknown>) => {
    acts += 1;
    void work.finally(() => {
      acts -= 1;
    });
  };

  /** Nothing is under way, and nobody waits for anything. */
  const isAtRest = () =>
    acts === 0 &&
    lambda.pending === 0 &&
    stream.pending === 0 &&
    gateway.pending === 0 &&
    clients.every((one) => one.isAtRest);

  async function rest(): Promise<boolean> {
    return scheduler.run(isAtRest, scheduler.now + REST_WITHIN_MS);
  }

  /** Lets time pass until something is done. */
  async function during<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const watched = work.finally(() => {
      isDone = true;
    });
    // Its failure is the caller's.
    watched.catch(() => {});
    await scheduler.run(() => isDone, scheduler.now + REST_WITHIN_MS);
    return watched;
  }

  /** What is not at rest. */
  const restless = () => [
    `${acts} acts, ${lambda.pending} invocations, ${stream.pending} records, ${gateway.pending} frames`,
    ...clients.filter((one) => !one.isAtRest).map((one) => `${one.name}: ${one.described}`),
  ];

  const pass = (ms: number) => scheduler.run(() => false, scheduler.now + ms);

  /** What EventBridge does every minute. */
  const tick = () =>
    Promise.all([
      lambda.invokeLater('schedule/sweep', {}),
      lambda.invokeLater('schedule/heartbeat', { time: new Date(scheduler.now).toISOString() }),
    ]);

  return {
    ...{
      plan,
      settings,
      scheduler,
      transcript,
      trace,
      faults,
      ledger,
      stream,
      model,
      dynamodb,
      gateway,
      lambda,
      mistakes,
    },
    ...{ people, newPerson, clients, addClient, eventIds, isAtRest, rest, restless, during, pass, tick },
    act: (operation: Plan['operations'][number]) => begin(act(acting, operation)),
    send: (client: Client, text: string) => begin(send(acting, client, text)),
    reactWithAll: (client: Client) => begin(reactWithAll(acting, client)),
  };
}

/** An error of the code itself. */
const isMistake = (error: unknown): error is Error =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;

function timeoutOf(entry: Simulated): number {
  if (['stream/deliver', 'schedule/sweep', 'schedule/heartbeat'].includes(entry))
    return timing.windowTimeoutMs;
  return entry.startsWith('http/') ? 29_000 : timing.requestTimeoutMs;
}
