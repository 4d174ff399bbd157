import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiGateway } from './apigateway/api-gateway.ts';
import { systemClock } from './clock.ts';
import { readAssembly } from './cloudformation/assembly.ts';
import { defaultAccount } from './cloudformation/physical-id.ts';
import { resolveStacks } from './cloudformation/resolver.ts';
import { typesNotRun } from './cloudformation/types-not-run.ts';
import { type Front, withEdge } from './cloudfront/edge.ts';
import { startCloudWatch } from './cloudwatch/start-cloudwatch.ts';
import { openCheckpoints } from './dynamodb/checkpoints.ts';
import { startDynamoDB } from './dynamodb/dynamodb-local.ts';
import { startDynamoDBEndpoint } from './dynamodb/endpoint.ts';
import { startStreamSources } from './dynamodb/stream-sources.ts';
import { createTable, isTable, keyNames, tableArns } from './dynamodb/table.ts';
import { startTimeToLive } from './dynamodb/time-to-live.ts';
import { writtenKeys } from './dynamodb/written-keys.ts';
import { noFaults } from './faults.ts';
import { readIam } from './iam.ts';
import { AsynchronousInvocations } from './lambda/asynchronous-invocation.ts';
import { environmentVariables } from './lambda/environment-variables.ts';
import { readFunctions } from './lambda/function.ts';
import { killAfter } from './lambda/kill-after.ts';
import { LambdaService } from './lambda/lambda-service.ts';
import { moduleFunction } from './lambda/module-function.ts';
import { createTaskRoots } from './lambda/task-roots.ts';
import type { LocalStack, LocalStackOptions } from './local-stack-interface.ts';
import { listenOnLoopback } from './loopback.ts';
import { dynamodbMeter } from './metering.ts';
import { readSchedules } from './scheduler/schedule.ts';
import { startSchedules } from './scheduler/scheduler.ts';
import { type ServiceApis, serviceApis } from './service-apis.ts';

export type { LocalStack, LocalStackOptions };

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
  const { assembly, port = 0, clock = systemClock, faults = noFaults(), log = () => {}, meter } = options;
  const account = defaultAccount();

  const { dataDir, dynamodbKind: kind } = options;
  const dynamodbStarting = Promise.resolve(options.dynamodb ?? startDynamoDB({ dataDir, kind }));
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
      const { services, gateway } = await opened;
      if ((await services.handle(req, res)) || (await gateway.handleRequest(req, res))) return;
      res.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
    },
    async (req, socket, head) => {
      (await opened).gateway.handleUpgrade(req, socket, head);
    },
  );
  stops.push(server.close);
  const origin = `http://localhost:${server.port}`;

  const stacks = readAssembly(assembly);
  const { resources, outputs, apis } = resolveStacks(stacks, {
    ...account,
    origin,
    tableNamePrefix: options.tableNamePrefix ?? '',
    parameters: options.parameters,
  });
  const notRun = typesNotRun(resources).join(', ');
  if (notRun) log(`does not run here: ${notRun}`);
  const taskRoots = createTaskRoots(assembly);
  stops.push(taskRoots.remove);
  const functions = readFunctions(resources, stacks, taskRoots);
  functions.push(...(options.functions ?? []).map((module) => moduleFunction(module, taskRoots)));
  const iam = readIam(
    resources,
    functions.map(({ accessKeyId, name, roleArn }) => ({ accessKeyId, functionName: name, roleArn })),
    account,
  );

  const { endpoint: upstream, answer } = await dynamodbStarting;
  const tables = resources.filter(isTable);
  for (const table of tables) await createTable(upstream, table);

  const keyOf = keyNames(tables);
  const cloudWatch = startCloudWatch(resources, {
    ...{ clock, log },
    functionLogs: options.functionLogs ?? 'errors',
  });
  stops.push(cloudWatch.stop);
  const { logs, metrics, queues } = cloudWatch;
  const dynamodb = await startDynamoDBEndpoint({
    upstream: { endpoint: upstream, answer },
    tableArn: tableArns(tables, account),
    ...{ keyOf, iam, faults, metrics },
    onConsumed: meter && dynamodbMeter(meter, (id) => lambda.environment(id)?.fn.logicalId),
    onWrite: (environmentId, operation, input) => {
      const environment = lambda.environment(environmentId);
      if (!environment) return false;
      const write = { environment, keys: writtenKeys(operation, input, keyOf), input };
      options.onWrite?.(write);
      return killAfter(environment, 'writes', faults.killAfterWrites, write);
    },
  });
  stops.push(dynamodb.close);
  const lambda = new LambdaService({
    functions,
    variables: (fn, environmentId) => ({
      ...environmentVariables(fn, environmentId, { dynamodb: dynamodb.endpoint, origin }),
      ...options.environment?.(fn.logicalId),
    }),
    ...{ logs, log, clock, metrics, meter, bounds: options.fleet },
    newEnvironment: options.environments?.({ dynamodb: dynamodb.call }),
    concurrency: () => faults.lambdaConcurrency ?? options.lambdaConcurrency ?? 1_000,
  });
  stops.push(() => lambda.close());
  const asynchronous = new AsynchronousInvocations(resources, lambda, clock, log);
  stops.push(() => asynchronous.close());

  const gateway = createApiGateway({
    ...{ resources, apis, origin, lambda, clock, faults, log, metrics },
    authorize: iam.authorize,
    meter,
    onPost: (id) => killAfter(lambda.environment(id), 'posts', faults.killAfterPosts),
    ...(options.apiGateway && { settings: options.apiGateway }),
  });
  stops.push(() => gateway.close());
  const services = serviceApis({ account, iam, lambda, asynchronous, faults, log });

  const timeToLive = startTimeToLive(upstream, tables, clock, (error) => log(`Expired items stay: ${error}`));
  stops.push(timeToLive.stop);
  const checkpoints = openCheckpoints(options.dataDir);
  stops.push(checkpoints.stop);
  const sources = await startStreamSources(resources, {
    ...{ endpoint: upstream, lambda, clock, faults, log, timeToLive, checkpoints, metrics },
    onDiscard: queues.receive,
    pollMs: options.streamPollMs ?? 250,
  });
  stops.push(sources.stop);
  const scratch = mkdtempSync(join(tmpdir(), 'local-stack-'));
  stops.push(() => rmSync(scratch, { recursive: true, force: true }));
  open({ gateway: withEdge(gateway, { resources, stacks, scratch, log }), services });
  const schedules = readSchedules(resources);
  stops.push(startSchedules(schedules, asynchronous, clock, log));

  return {
    ...{ origin, outputs, resources, apis, faults, clock, lambda },
    tables: Object.fromEntries(tables.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
    dynamodbEndpoint: upstream,
    functionLogs: logs.entries,
    discardedBatches: sources.discarded,
    failedEvents: asynchronous.failed,
    alarms: cloudWatch.alarms,
    purgeQueue: queues.purge,
    busEvents: services.busEvents,
    connections: () => gateway.connections(),
    async runSchedule(logicalIdPart) {
      const schedule = schedules.find(({ logicalId }) => logicalId.includes(logicalIdPart));
      if (!schedule) throw new Error(`No schedule is called ${logicalIdPart}`);
      return lambda.invoke(schedule.functionArn, schedule.event(clock.now()));
    },
    idle: () => lambda.idle(),
    killEnvironments: (functionPart) => lambda.killEnvironments(functionPart),
    replaceEnvironments: () => lambda.replaceEnvironments(),
    stop,
  };
}

interface Handlers {
  readonly gateway: Front;
  readonly services: ServiceApis;
}
