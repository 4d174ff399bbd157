import type { Duration } from 'aws-cdk-lib';
import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { prices } from '../prices.ts';
import { MEMORY_MB } from './chat-function.ts';
import { type ChatMetrics, math } from './chat-metrics.ts';

/** Those that run most: all others together cost less than one of them. */
const BUSY = ['stream/deliver', 'delivery/post', 'websocket/send-message', 'websocket/default'] as const;

/**
 * What the chat spends in a period, US dollars, about: frames, requests, table and functions, which are what grows with its
 * audiences. Not connection minutes, transfer and logs.
 */
export function spending(
  metrics: ChatMetrics,
  { period, times = 1, label }: { period: Duration; times?: number; label: string },
): MathExpression {
  const lambdaMs = (prices.lambdaGbSecond.usd * MEMORY_MB) / 1024 / 1000;
  const parts = [
    { metric: metrics.ofApi('webSocket', 'MessageCount'), price: prices.frame.usd },
    { metric: metrics.ofApi('http', 'Count'), price: prices.httpRequest.usd },
    { metric: metrics.ofTable('ConsumedWriteCapacityUnits'), price: prices.writeUnit.usd },
    { metric: metrics.ofTable('ConsumedWriteCapacityUnits', { ofIndex: true }), price: prices.writeUnit.usd },
    { metric: metrics.ofTable('ConsumedReadCapacityUnits'), price: prices.readUnit.usd },
    ...metrics.ofFunctions(BUSY, 'Duration').map((metric) => ({ metric, price: lambdaMs })),
  ];
  const terms = (ids: readonly string[]) =>
    parts.map(({ price }, i) => `${ids[i]} * ${decimal(price * times)}`);
  return math(
    (ids) => `SUM([${terms(ids).join(', ')}])`,
    parts.map(({ metric }) => metric),
    { label, period },
  );
}

/** Metric math knows no exponents. */
const decimal = (value: number): string => value.toFixed(14).replace(/0+$/, '');
