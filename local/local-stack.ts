import { createApiGateway } from './apigateway/api-gateway.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { readAssembly } from './cloudformation/assembly.ts';
import { resolveStacks } from './cloudformation/resolver.ts';
import type { Resource } from './cloudformation/resource.ts';
import { openCheckpoints } from './dynamodb/checkpoints.ts';
import { type DynamoDB, startDynamoDB } from './dynamodb/dynamodb-local.ts';
import { startDynamoDBEndpoint } from './dynamodb/endpoint.ts';
import type { DiscardedBatch } from './dynamodb/stream-delivery.ts';
import { startStreamSources } from './dynamodb/stream-sources.ts';
import { createTable, isTable } from './dynamodb/table.ts';
import { startTimeToLive } from './dynamodb/time-to-live.ts';
import { type Faults, noFaults } from './faults.ts';
import { readIam } from './iam.ts';
import { AsynchronousInvocations, type FailedEvent } from './lambda/asynchronous-invocation.ts';
import { environmentVariables } from './lambda/environment-variables.ts';
import type { FleetBounds } from './lambda/fleet.ts';
import { readFunction } from './lambda/function.ts';
import { type FunctionLogEntry, FunctionLogs, type FunctionLogsShown } from './lambda/function-logs.ts';
import { handleInvoke } from './lambda/invoke-api.ts';
import type { Invocation, Lambda } from './lambda/lambda.ts';
import { LambdaService } from './lambda/lambda-service.ts';
import type { Log } from './log.ts';
import { listenOnLoopback } from './loopback.ts';
import { readSchedules } from './scheduler/schedule.ts';
import { startSchedules } from './scheduler/scheduler.ts';

export interface LocalStackOptions {
  /** The directory of a synthesized cloud assembly: `cdk.out`. */
  readonly assembly: string;
  /** Of every API and of Lambda's Invoke API; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Keeps the tables here; without it they are in memory. */
  readonly dataDir?: string | undefined;
  /** A DynamoDB that was started before; it stays up when the stack stops. */
  readonly dynamodb?: DynamoDB | Promise<DynamoDB> | undefined;
  readonly faults?: Faults | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  /** What functions print is shown: `errors` by default. */
  readonly functionLogs?: FunctionLogsShown | undefined;
  /** How often an idle stream is asked for records; Lambda does so every 250 ms. */
  readonly streamPollMs?: number | undefined;
  /** Lets several stacks share one DynamoDB. */
  readonly tableNamePrefix?: string | undefined;
  /** More environment variables for a function. */
  readonly environment?: ((functionLogicalId: string) => Record<string, string>) | undefined;
  /** Other bounds than those that fit this machine. */
  readonly fleet?: Partial<FleetBounds> | undefined;
}

export interface LocalStack {
  /** `http://localhost:PORT` */
  readonly origin: string;
  /** By output name, and by `stack.output`. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
  /** May be changed while the stack runs. */
  readonly faults: Faults;
  readonly clock: Clock;
  readonly lambda: Lambda;
  /** Physical names by logical id. */
  readonly tables: Readonly<Record<string, string>>;
  /** DynamoDB itself, past permissions and faults. */
  readonly dynamodbEndpoint: string;
  /** What functions printed and threw. */
  readonly functionLogs: readonly FunctionLogEntry[];
  /** Stream batches that were given up. */
  readonly discardedBatches: () => readonly DiscardedBatch[];
  /** Asynchronous events that were given up. */
  readonly failedEvents: readonly FailedEvent[];
  /** Ids of the open WebSocket connections. */
  connections(): string[];
  /** Fires the schedule whose logical id contains this, and waits for its function. */
  runSchedule(logicalIdPart: string): Promise<Invocation>;
  /** Kills the execution environments of the functions whose logical id contains this; how many. */
  killEnvironments(functionPart: string): Promise<number>;
  stop(): Promise<void>;
}

const accountId = '000000000000';

/** Runs the stacks of a cloud assembly on this machine. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stops: (() => unknown)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      for (const end of stops.reverse()) await end();
    })();
    return stopped;
  };
  try {
    return await start(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: LocalStackOptions,
  stops: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<LocalStack> {
  const { assembly, port = 0, clock = systemClock, faults = noFaults(), log = () => {} } = options;
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const account = { accountId, region };

  const dynamodbStarting = Promise.resolve(options.dynamodb ?? startDynamoDB({ dataDir: options.dataDir }));
  // Looked at below; until then a failure must not count as unhandled.
  dynamodbStarting.catch(() => {});
  if (!options.dynamodb) stops.push(async () => (await dynamodbStarting.catch(() => undefined))?.stop());

  // Requests that come before everything is there wait.
  let open = (_: Handlers) => {};
  const opened = new Promise<Handlers>((resolve) => {
    open = resolve;
  });
  const server = await listenOnLoopback(
    port,
    async (req, res) => {
      const { invoke, gateway } = await opened;
      if ((await invoke(req, res)) || (await gateway.handleRequest(req, res))) return;
      res.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
    },
    async (req, socket, head) => (await opened).gateway.handleUpgrade(req, socket, head),
  );
  stops.push(server.close);
  const origin = `http://localhost:${server.port}`;

  const stacks = readAssembly(assembly);
  const { resources, outputs } = resolveStacks(stacks, {
    ...account,
    origin,
    tableNamePrefix: options.tableNamePrefix ?? '',
  });
  const functions = resources
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map((resource) => readFunction(resource, stacks, account));
  const iam = readIam(
    resources,
    functions.map(({ accessKeyId, name, roleArn }) => ({ accessKeyId, functionName: name, roleArn })),
    account,
  );

  const { endpoint: upstream } = await dynamodbStarting;
  const tables = resources.filter(isTable);
  for (const table of tables) await createTable(upstream, table);

  const logs = new FunctionLogs(options.functionLogs ?? 'errors', log);
  const dynamodb = await startDynamoDBEndpoint({
    ...account,
    upstream,
    iam,
    faults,
    onWrite: (environmentId) => killAfterWrites(lambda, faults, environmentId),
  });
  stops.push(dynamodb.close);
  const lambda = new LambdaService({
    functions,
    variables: (fn, environmentId) => ({
      ...environmentVariables(fn, environmentId, { dynamodb: dynamodb.endpoint, lambda: origin, region }),
      ...options.environment?.(fn.logicalId),
    }),
    logs,
    log,
    bounds: options.fleet,
  });
  stops.push(() => lambda.close());
  const asynchronous = new AsynchronousInvocations(resources, lambda, clock, log);
  stops.push(() => asynchronous.close());

  const gateway = createApiGateway({
    resources,
    origin,
    lambda,
    clock,
    faults,
    log,
    authorize: iam.authorize,
  });
  stops.push(() => gateway.close());
  const invoke: Handlers['invoke'] = (req, res) =>
    handleInvoke(req, res, {
      ...iam,
      lambda,
      asynchronous,
      arnPrefix: `arn:aws:lambda:${region}:${accountId}:function:`,
    });

  const timeToLive = startTimeToLive(upstream, tables, clock, (error) => log(`Expired items stay: ${error}`));
  stops.push(timeToLive.stop);
  const checkpoints = openCheckpoints(options.dataDir);
  stops.push(checkpoints.stop);
  const sources = await startStreamSources(resources, {
    ...{ endpoint: upstream, region, lambda, clock, faults, log, timeToLive, checkpoints },
    pollMs: options.streamPollMs ?? 250,
  });
  stops.push(sources.stop);
  open({ gateway, invoke });
  const schedules = readSchedules(resources, account);
  stops.push(startSchedules(schedules, asynchronous, clock, log));

  return {
    origin,
    outputs,
    resources,
    faults,
    clock,
    lambda,
    tables: Object.fromEntries(tables.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
    dynamodbEndpoint: upstream,
    functionLogs: logs.entries,
    discardedBatches: sources.discarded,
    failedEvents: asynchronous.failed,
    connections: () => gateway.connections(),
    async runSchedule(logicalIdPart) {
      const schedule = schedules.find(({ logicalId }) => logicalId.includes(logicalIdPart));
      if (!schedule) throw new Error(`No schedule is called ${logicalIdPart}`);
      return lambda.invoke(schedule.functionArn, schedule.event(clock.now()));
    },
    killEnvironments: (functionPart) => lambda.killEnvironments(functionPart),
    stop,
  };
}

interface Handlers {
  readonly gateway: ReturnType<typeof createApiGateway>;
  readonly invoke: (
    ...request: [Parameters<typeof handleInvoke>[0], Parameters<typeof handleInvoke>[1]]
  ) => Promise<boolean>;
}

/** The fault of that name. True if the environment has been killed. */
function killAfterWrites(
  lambda: LambdaService,
  { killAfterWrites: fault }: Faults,
  environmentId: string,
): boolean {
  const counted = lambda.countWrite(environmentId);
  if (!counted || !fault || fault.times === 0) return false;
  const { environment, writes } = counted;
  if (writes !== fault.writes || !environment.fn.logicalId.includes(fault.function)) return false;
  fault.times--;
  void environment.kill();
  return true;
}
