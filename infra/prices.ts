/**
 * What AWS charges in us-east-1 (N. Virginia), in US dollars, without free tiers, volume discounts and taxes. Looked up in September
 * 2026; look again before you rely on it. Other regions are up to a half dearer.
 */
export const REGION = 'us-east-1';
export const DATE = '2026-09-20';

export interface Price {
  /** For one `unit`. */
  usd: number;
  unit: string;
  source: string;
}

const MILLION = 1e6;
const HOURS_OF_A_MONTH = 730;
const apiGateway = 'https://aws.amazon.com/api-gateway/pricing/';
const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamodb = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const cloudWatch = 'https://aws.amazon.com/cloudwatch/pricing/';

export const prices = {
  /** A WebSocket message in either direction, for each 32 KB begun. Calls of the management API are messages. */
  frame: { usd: 1 / MILLION, unit: 'message of up to 32 KB', source: apiGateway },
  connectionMinute: { usd: 0.25 / MILLION, unit: 'minute of a connection', source: apiGateway },
  httpRequest: { usd: 1 / MILLION, unit: 'request of up to 512 KB', source: apiGateway },
  lambdaRequest: { usd: 0.2 / MILLION, unit: 'request', source: lambda },
  /** arm64. */
  lambdaGbSecond: { usd: 0.0000133334, unit: 'GB-second', source: lambda },
  writeUnit: { usd: 0.625 / MILLION, unit: 'write request unit', source: dynamodb },
  readUnit: { usd: 0.125 / MILLION, unit: 'read request unit', source: dynamodb },
  /** Kept until the setting `retentionDays` is over; this is one month. */
  storedGb: { usd: 0.25, unit: 'GB and month', source: dynamodb },
  /** Point-in-time recovery. */
  backupGb: { usd: 0.2, unit: 'GB and month', source: dynamodb },
  /** Lambda's reads of a stream are free. */
  streamRead: { usd: 0, unit: 'read of a stream by Lambda', source: dynamodb },
  /** Of functions and, as vended logs, of API Gateway. */
  logGb: { usd: 0.5, unit: 'GB of logs', source: cloudWatch },
  metricHour: { usd: 0.3 / HOURS_OF_A_MONTH, unit: 'metric and hour', source: cloudWatch },
  alarmHour: { usd: 0.1 / HOURS_OF_A_MONTH, unit: 'alarm and hour', source: cloudWatch },
  trace: { usd: 5 / MILLION, unit: 'trace', source: 'https://aws.amazon.com/xray/pricing/' },
  transferGb: {
    usd: 0.09,
    unit: 'GB to the internet',
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
  },
} satisfies Record<string, Price>;
