import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import type { Metric as OwnMetric } from '../../shared/metrics.ts';
import { tableKeys } from '../../shared/store/keys.ts';
import type { Settings } from '../context-settings.ts';
import { ChatFunction } from './chat-function.ts';

export interface ObservedParts {
  settings: Settings;
  table: Pick<ITable, 'tableName'>;
  webSocket: WebSocketStage;
  http: HttpApi;
}

/** The path of a function's code in `functions/`. */
export type Entry = ChatFunction['entry'];
type Functions = ReadonlyMap<Entry, LambdaFunction>;
type Apis = 'webSocket' | 'http';

/** The metrics of one chat: its own, and those that AWS has of its parts. All are of one minute. */
export class ChatMetrics {
  readonly #parts: ObservedParts;
  readonly #stackName: string;
  readonly functions: Functions;
  readonly #logGroups: readonly LogGroup[];

  /** @param scope has the chat's functions somewhere in it */
  constructor(scope: IConstruct, parts: ObservedParts) {
    this.#parts = parts;
    this.#stackName = Stack.of(scope).stackName;
    const found = scope.node.findAll().filter((one) => one instanceof ChatFunction);
    this.functions = new Map(found.map(({ entry, lambda }) => [entry, lambda]));
    this.#logGroups = scope.node.findAll().filter((one) => one instanceof LogGroup);
  }

  /** What the functions count themselves: shared/metrics.ts. */
  own(metricName: OwnMetric, statistic = 'Sum', label: string = metricName): Metric {
    return new Metric({
      namespace: this.#parts.settings.name,
      metricName,
      dimensionsMap: { service: this.#stackName },
      period: MINUTE,
      statistic,
      label,
    });
  }

  /** Of one function; undefined where the settings have it left out. */
  ofFunction(entry: Entry, metricName: string, statistic = 'Sum'): Metric | undefined {
    return this.functions.get(entry)?.metric(metricName, { period: MINUTE, statistic, label: entry });
  }

  ofFunctions(some: Iterable<Entry>, metricName: string, statistic = 'Sum'): Metric[] {
    return [...some].flatMap((entry) => this.ofFunction(entry, metricName, statistic) ?? []);
  }

  ofApi(api: Apis, metricName: string, statistic = 'Sum'): Metric {
    const { webSocket, http } = this.#parts;
    return new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap:
        api === 'http' ? { ApiId: http.apiId } : { ApiId: webSocket.api.apiId, Stage: webSocket.stageName },
      period: MINUTE,
      statistic,
      label: metricName,
    });
  }

  /** Of all log groups: those of the functions and of API Gateway. */
  ofLogs(metricName: string): Metric[] {
    return this.#logGroups.map(
      ({ logGroupName }) =>
        new Metric({
          namespace: 'AWS/Logs',
          metricName,
          dimensionsMap: { LogGroupName: logGroupName },
          period: MINUTE,
          statistic: 'Sum',
        }),
    );
  }

  ofTable(metricName: string, { ofIndex = false } = {}): Metric {
    return new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: {
        TableName: this.#parts.table.tableName,
        ...(ofIndex && { GlobalSecondaryIndexName: tableKeys.index.name }),
      },
      period: MINUTE,
      statistic: 'Sum',
      label: ofIndex ? `${metricName} (index)` : metricName,
    });
  }
}

export const MINUTE = Duration.minutes(1);

/** An expression of metrics that it calls `m0`, `m1` …; more can be given names. */
export function math(
  expression: (ids: string[]) => string,
  metrics: readonly Metric[],
  { label, period = MINUTE }: { label?: string; period?: Duration } = {},
): MathExpression {
  const ids = metrics.map((_, index) => `m${index}`);
  return new MathExpression({
    expression: expression(ids),
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric.with({ period })])),
    ...(label !== undefined && { label }),
    period,
  });
}

/** Of several metrics; where one has no datapoint, of the others. */
export const sumOf = (metrics: readonly Metric[], options?: { label?: string; period?: Duration }) =>
  math((ids) => `SUM([${ids}])`, metrics, options);
