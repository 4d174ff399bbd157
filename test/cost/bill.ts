import { type Price, prices } from '../../infra/prices.ts';
import type { Operations } from './operations.ts';

export interface Line {
  what: string;
  count: number;
  unit: string;
  usd: number;
  source: string;
}

/** Which of the prices are for what nobody can spare: frames, minutes, transfer. */
const FLOOR = ['frame', 'connectionMinute', 'transferGb'] as const;

const names: Record<keyof typeof prices, string> = {
  frame: 'WebSocket messages',
  connectionMinute: 'connection minutes',
  transferGb: 'data transfer',
  httpRequest: 'HTTP requests',
  lambdaRequest: 'Lambda requests',
  lambdaGbSecond: 'Lambda duration',
  writeUnit: 'DynamoDB writes',
  readUnit: 'DynamoDB reads',
  streamRead: 'DynamoDB stream',
  storedGb: 'DynamoDB storage',
  backupGb: 'DynamoDB backups',
  logGb: 'logs',
  metricHour: 'metrics',
  alarmHour: 'alarms',
  trace: 'traces',
};

/** The dearest line first. */
export function billFor(operations: Operations): Line[] {
  const lines = (Object.keys(prices) as (keyof typeof prices)[]).map((key) => {
    const { usd, unit, source }: Price = prices[key];
    return { what: names[key], count: operations[key], unit, usd: usd * operations[key], source };
  });
  return lines.sort((a, b) => b.usd - a.usd);
}

export const total = (operations: Operations): number =>
  billFor(operations).reduce((sum, { usd }) => sum + usd, 0);

export const floor = (operations: Operations): number =>
  FLOOR.reduce((sum, key) => sum + prices[key].usd * operations[key], 0);
