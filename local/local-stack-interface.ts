import type { Settings as GatewaySettings } from './apigateway/settings.ts';
import type { Clock } from './clock.ts';
import type { LocalApi } from './cloudformation/api-origins.ts';
import type { Resource } from './cloudformation/resource.ts';
import type { AlarmState } from './cloudwatch/cloudwatch.ts';
import type { DynamoDB } from './dynamodb/dynamodb-local.ts';
import type { DynamoDBEndpoint } from './dynamodb/endpoint.ts';
import type { DiscardedBatch } from './dynamodb/stream-delivery.ts';
import type { Write } from './dynamodb/write.ts';
import type { BusEvent } from './eventbridge/event-buses.ts';
import type { Faults } from './faults.ts';
import type { FailedEvent } from './lambda/asynchronous-invocation.ts';
import type { NewEnvironment } from './lambda/execution-environment.ts';
import type { FleetBounds } from './lambda/fleet-bounds.ts';
import type { FunctionLogEntry, FunctionLogsShown } from './lambda/function-logs.ts';
import type { Invocation, Lambda } from './lambda/lambda.ts';
import type { ModuleFunction } from './lambda/module-function.ts';
import type { Log } from './log.ts';
import type { Meter } from './metering.ts';

export interface LocalStackOptions {
  /** The directory of a synthesized cloud assembly: `cdk.out`. */
  readonly assembly: string;
  /** Of the templates, by name or by `stack:name`; only those without a default need one. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Of every API and of Lambda's Invoke API; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Keeps the tables here; without it they are in memory. */
  readonly dataDir?: string | undefined;
  /** Functions that no template has, such as those of another app that this one invokes. */
  readonly functions?: readonly ModuleFunction[] | undefined;
  /** A DynamoDB that was started before; it stays up when the stack stops. */
  readonly dynamodb?: DynamoDB | Promise<DynamoDB> | undefined;
  /** Which is started if there is none: see `DynamoDBOptions`. */
  readonly dynamodbKind?: string | undefined;
  readonly faults?: Faults | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  /** What functions print is shown: `errors` by default. */
  readonly functionLogs?: FunctionLogsShown | undefined;
  /** How often an idle stream is asked for records; Lambda does so every 250 ms. */
  readonly streamPollMs?: number | undefined;
  /** Lets several stacks share one DynamoDB. */
  readonly tableNamePrefix?: string | undefined;
  /** Told of every write of a function once it was carried out. */
  readonly onWrite?: ((write: Write) => void) | undefined;
  /** Told of everything that AWS would charge for. */
  readonly meter?: Meter | undefined;
  /** More environment variables for a function. */
  readonly environment?: ((functionLogicalId: string) => Record<string, string>) | undefined;
  /** What AWS leaves open about API Gateway, and its quotas. */
  readonly apiGateway?: Partial<GatewaySettings> | undefined;
  /** How many invocations of functions may run at once in the account; further ones are throttled. Default: 1,000. */
  readonly lambdaConcurrency?: number | undefined;
  /** Where functions run instead of threads of their own, and what they find there. */
  readonly environments?:
    | ((services: { readonly dynamodb: DynamoDBEndpoint['call'] }) => NewEnvironment)
    | undefined;
  /** Other bounds than those that fit this machine. */
  readonly fleet?: Partial<FleetBounds> | undefined;
}

export interface LocalStack {
  /** `http://localhost:PORT` */
  readonly origin: string;
  /** By output name, and by `stack.output`. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
  readonly apis: readonly LocalApi[];
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
  /** What functions have put on event buses, newest last; the last 1,000. */
  readonly busEvents: readonly BusEvent[];
  /** The alarms of the templates, as of the last full minute by the clock. */
  alarms(): AlarmState[];
  /** Removes the messages of the queues whose logical id contains this. */
  purgeQueue(logicalIdPart: string): void;
  /** Ids of the open WebSocket connections. */
  connections(): string[];
  /** Fires the schedule whose logical id contains this, and waits for its function. */
  runSchedule(logicalIdPart: string): Promise<Invocation>;
  /** Resolves when no function runs: then the clock may leap, and nothing is late. */
  idle(): Promise<void>;
  /** Kills the execution environments of the functions whose logical id contains this; how many. */
  killEnvironments(functionPart: string): Promise<number>;
  /** As a deploy of new code: every function goes on in new environments, and the old ones end with what they are at; how many. */
  replaceEnvironments(): number;
  stop(): Promise<void>;
}
