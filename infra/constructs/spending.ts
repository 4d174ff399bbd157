import type { Duration } from 'aws-cdk-lib';
import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { prices } from '../prices.ts';
import { MEMORY_MB } from './chat-function.ts';
import { type ChatMetrics, math } from './chat-metrics.ts';

/** Those that run most: in an event, all others together cost less than one of them. */
const BUSY = ['stream/deliver', 'delivery/post', 'websocket/default'] as const;
const BYTES_OF_GB = 1024 ** 3;

interface SpendingOptions {
  period: Duration;
  times?: number;
  label: string;
  /** An alarm adds up no more than ten metrics: without, only of the busiest functions, and no logs. */
  isWhole?: boolean;
}

/**
 * What the chat spends in a period, US dollars: messages, minutes and transfer of the WebSocket, requests, table, functions and logs.
 * Minutes of a connection are counted when it ends. Not what it costs without anybody: stored data, metrics, alarms; nor traces.
 */
export function spending(
  metrics: ChatMetrics,
  { period, times = 1, label, isWhole = false }: SpendingOptions,
): MathExpression {
  const lambdaMs = (prices.lambdaGbSecond.usd * MEMORY_MB) / 1024 / 1000;
  const functions = isWhole ? [...metrics.functions.keys()] : BUSY;
  const parts: { price: number; of: Metric[] }[] = [
    { price: prices.frame.usd, of: [metrics.ofApi('webSocket', 'MessageCount')] },
    { price: prices.connectionMinute.usd, of: [metrics.own('ConnectionMinutes')] },
    { price: prices.transferGb.usd / BYTES_OF_GB, of: [metrics.own('BytesPosted')] },
    { price: prices.httpRequest.usd, of: [metrics.ofApi('http', 'Count')] },
    {
      price: prices.writeUnit.usd,
      of: [
        metrics.ofTable('ConsumedWriteCapacityUnits'),
        metrics.ofTable('ConsumedWriteCapacityUnits', { ofIndex: true }),
      ],
    },
    { price: prices.readUnit.usd, of: [metrics.ofTable('ConsumedReadCapacityUnits')] },
    { price: lambdaMs, of: metrics.ofFunctions(functions, 'Duration') },
  ];
  if (isWhole) {
    parts.push(
      { price: prices.lambdaRequest.usd, of: metrics.ofFunctions(functions, 'Invocations') },
      { price: prices.logGb.usd / BYTES_OF_GB, of: metrics.ofLogs('IncomingBytes') },
    );
  }
  const all = parts.flatMap(({ of }) => of);
  const terms = (ids: readonly string[]) =>
    parts.map(({ price, of }) => {
      const mine = ids.filter((_, index) => of.includes(all[index] as Metric));
      return `${decimal(price * times)} * SUM([${mine}])`;
    });
  return math((ids) => `SUM([${terms(ids).join(', ')}])`, all, { label, period });
}

/** Metric math knows no exponents. */
const decimal = (value: number): string => value.toFixed(16).replace(/0+$/, '');
