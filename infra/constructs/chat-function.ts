import { Duration, Lazy, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { tableKeys } from '../../shared/store/keys.ts';
import { timing } from '../../shared/timing.ts';
import { bundleOf, type Entry } from '../built.ts';
import { chatSettingsOf, type Settings } from '../context-settings.ts';
import type { ManagementApi } from './management-api.ts';

type ItemAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem';

export type ManagementMethod = 'POST' | 'GET' | 'DELETE';

export interface ChatFunctionProps {
  entry: Entry;
  settings: Settings;
  table: ITable;
  /** What it may do with items; transactions are made of these. */
  itemActions: readonly ItemAction[];
  /** The partition keys of these items, if they are only some, with `*` for anything. */
  partitions?: readonly string[];
  /** Whether it may also query the index. */
  queriesIndex?: boolean;
  /** The management API and what it may do there. */
  management?: { api: ManagementApi; methods: readonly ManagementMethod[] };
  timeout?: Duration;
}

/** Half a vCPU: less makes cold starts and fan-out slower than it saves. */
export const MEMORY_MB = 1_024;

/** The one place that decides for all functions: runtime, memory, logs, tracing, bundle, environment, grants. */
export class ChatFunction extends Construct {
  readonly entry: Entry;
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: ChatFunctionProps) {
    super(scope, id);
    const { entry, settings, table, itemActions, management } = props;
    this.entry = entry;

    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);

    const reserved = reservedFor(entry, settings);
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `Live event chat: ${entry}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleOf(this, entry)),
      handler: 'index.handler',
      memorySize: MEMORY_MB,
      timeout: props.timeout ?? Duration.millis(timing.requestTimeoutMs),
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      // Without it Lambda drops debug lines, which the functions themselves write of some invocations only.
      applicationLogLevelV2:
        settings.debugSampleRate > 0 ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      // Without three lines for each invocation, which metrics and traces have as well.
      systemLogLevelV2: SystemLogLevel.WARN,
      logGroup,
      role,
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        TABLE_NAME: table.tableName,
        STACK_NAME: Stack.of(this).stackName,
        // Not before synthesis: `addReview` may still change one.
        SETTINGS: Lazy.string({ produce: () => JSON.stringify(chatSettingsOf(settings)) }),
        POWERTOOLS_SERVICE_NAME: entry,
        POWERTOOLS_METRICS_NAMESPACE: settings.name,
        ...(management && { MANAGEMENT_ENDPOINT: management.api.endpoint }),
      },
    });

    if (itemActions.length > 0) role.addToPolicy(mayUseItems(table, props));
    if (props.queriesIndex) {
      const index = `${table.tableArn}/index/${tableKeys.index.name}`;
      role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: [index] }));
    }
    if (management) this.#allowManagement(role, management);

    Validations.of(this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Active tracing needs xray:PutTraceSegments and xray:PutTelemetryRecords, which do not support resources.',
    });
  }

  /** Lets this function invoke another, whose name it finds in an environment variable. */
  mayInvoke(other: ChatFunction, variable: string): void {
    this.lambda.addEnvironment(variable, other.lambda.functionName);
    this.mayInvokeArn(other.lambda.functionArn);
  }

  /** Lets this function invoke one that it finds in the settings. */
  mayInvokeArn(arn: string): void {
    this.lambda.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [arn] }),
    );
  }

  #allowManagement(role: Role, { api, methods }: NonNullable<ChatFunctionProps['management']>): void {
    role.addToPolicy(api.mayCall(methods));
    for (const method of methods) {
      Validations.of(this).acknowledge({
        id: `AwsSolutions-IAM5[${api.findingFor(method)}]`,
        reason:
          'API Gateway makes the connection ids, so this stage and this method are the narrowest possible resource.',
      });
    }
  }
}

function mayUseItems({ tableArn }: ITable, { itemActions, partitions }: ChatFunctionProps): PolicyStatement {
  return new PolicyStatement({
    actions: itemActions.map((action) => `dynamodb:${action}`),
    resources: [tableArn],
    // All of these actions name partition keys. A scan, which names none, would pass: nobody may scan.
    ...(partitions && {
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } },
    }),
  });
}

/** The setting `concurrency.{name}`, of the functions that have one. */
function reservedFor(entry: Entry, settings: Settings): number | undefined {
  const all: Partial<Record<Entry, number | undefined>> = {
    'stream/deliver': settings['concurrency.deliver'],
    'delivery/post': settings['concurrency.post'],
    'websocket/open': settings['concurrency.open'],
    'schedule/sweep': settings['concurrency.sweep'],
    'schedule/heartbeat': settings['concurrency.heartbeat'],
  };
  return all[entry];
}
