import * as z from 'zod';
import { chatSettings, flag, origins } from '../shared/settings.ts';
import type { Credentials } from './built.ts';
import { faultsOf, type ReadOptions } from './setting-faults.ts';

const count = z.coerce.number('must be a number').int('must be a whole number');

/** The retention periods that CloudWatch Logs supports, in days: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logRetentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653];

/** The ARN of something that CloudFront uses: it finds certificates and web ACLs in us-east-1 only. */
const globalArn = (service: string, prefix: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws:${service}:us-east-1:\\d{12}:${prefix}.+`),
      `must begin with arn:aws:${service}:us-east-1: and the account, as CloudFront finds it in us-east-1 only`,
    )
    .optional();

/**
 * Every setting of a deployment, from the CDK context: `-c key=value`, or `context` in cdk.json. Reference:
 * docs/settings.md.
 */
const deploymentSettings = z.object({
  /** Where to deploy to: with credentials for another account, nothing is. Without them, to where the credentials are for. */
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be the 12 digits of an AWS account')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-west-1')
    .optional(),
  /** Put on everything that can have tags. */
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  /** Prefix of the stack names: several chats can live in one account and region. */
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
      'must be letters, digits and hyphens, must begin with a letter, and must have at most 40 characters',
    )
    .default('LiveEventChat'),
  /** A table that is there already, such as one that was restored from a backup, and its stream. */
  tableName: z
    .string()
    .regex(/^[\w.-]{3,255}$/, 'must be the name of a DynamoDB table')
    .optional(),
  tableStreamArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/stream\/.+$/,
      'must be the ARN of a stream, such as arn:aws:dynamodb:eu-west-1:123456789012:table/my-table/stream/2026-01-01T00:00:00.000',
    )
    .optional(),
  /** For trials: deleting the stacks deletes the data too. */
  ephemeral: flag.default(false),
  /** Origins whose pages may call the HTTP API, comma-separated. */
  corsOrigins: origins.default(['*']),
  /** Requests a second that each stage accepts (messages, handshakes and closes on the WebSocket), and the burst. */
  throttleRate: count.min(1).default(2_000),
  throttleBurst: count.min(1).default(1_000),
  logRetentionDays: count
    .refine((days) => logRetentionDays.includes(days), `must be one of ${logRetentionDays.join(', ')}`)
    .default(30),
  /** For accounts where API Gateway may not write logs yet. There is one such role for an account and region, kept when the stack is deleted. */
  createApiGatewayAccountRole: flag.default(false),
  /** A line in the logs for each request that API Gateway gets. */
  accessLogs: flag.default(true),
  /**
   * Concurrent executions that are kept for a function, out of those of the account, and the most that it may have; without
   * one, it shares what is left with all others.
   */
  'concurrency.deliver': count.min(1).optional(),
  'concurrency.post': count.min(1).optional(),
  'concurrency.open': count.min(1).optional(),
  'concurrency.sweep': count.min(1).optional(),
  'concurrency.heartbeat': count.min(1).optional(),
  /** Whom alarms tell: an address, and a topic that is there. Without both, alarms are seen on the dashboard and in the console. */
  alarmEmail: z.email('must be an e-mail address').optional(),
  alarmTopicArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
      'must be an ARN such as arn:aws:sns:eu-west-1:123456789012:alarms',
    )
    .optional(),
  /** From which on an alarm rings: seconds until a message has reached everybody, p99. */
  alarmLagSeconds: z.coerce.number('must be a number').positive().max(300).default(10),
  /** The same for what the chat spends, US dollars an hour. */
  spendPerHourMax: z.coerce.number('must be a number').positive().default(20),
  dashboard: flag.default(true),
  /** One domain for the page and both APIs, by CloudFront. */
  edge: flag.default(true),
  /** A domain of one's own for the edge, such as chat.example.com, and the certificate for it. */
  domainName: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'must be a domain such as chat.example.com')
    .optional(),
  certificateArn: globalArn('acm', 'certificate/'),
  /** The Route 53 zone that gets the records of that domain. */
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]+$/, 'must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ')
    .optional(),
  webAclArn: globalArn('wafv2', 'global/webacl/'),
  priceClass: z.enum(['All', '200', '100'], 'must be All, 200 or 100').default('All'),
});

export const settings = deploymentSettings.extend(chatSettings.shape);

export type Settings = z.infer<typeof settings>;

/** What is wrong with the settings, for the person who runs the command. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads and validates every setting. Throws `SettingsError`, also for an unknown key: a typo would go unnoticed. */
export function readSettings(
  context: Readonly<Record<string, unknown>>,
  { isLocal = false, isToken = () => false }: ReadOptions = {},
): Settings {
  const own = Object.entries(context).filter(([key]) => !isToolkitKey(key));
  const known = Object.keys(settings.shape);
  const faults = own
    .filter(([key]) => !known.includes(key))
    .map(([key]) => `${key}: no such setting; the settings are ${known.join(', ')}`);
  const result = settings.safeParse(Object.fromEntries(own.filter(([, value]) => !isToken(value))));
  const read = {
    ...result.data,
    ...Object.fromEntries(own.filter(([, value]) => isToken(value))),
  } as Settings;
  if (!result.success) {
    faults.push(...result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  if (result.success) {
    faults.push(...faultsOf(read, { isLocal, isToken }));
  }
  if (faults.length > 0 || !result.success)
    throw new SettingsError(`Invalid settings:\n  ${faults.join('\n  ')}`);
  return read;
}

/** What was chosen: the settings that differ from their defaults. */
export function chosen(all: Settings): Partial<Settings> {
  const defaults: Record<string, unknown> = readSettings({});
  const isOther = ([key, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(defaults[key]);
  return Object.fromEntries(Object.entries(all).filter(isOther));
}

/** The settings that functions get. */
export const chatSettingsOf = (all: Settings): Partial<Settings> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key in chatSettings.shape));

/** What the HTTP API wants of operators. */
export const credentialsOf = (all: Settings): Credentials =>
  all['auth.issuer'] === undefined ? 'iam' : 'token';

/** The settings of a chat whose edge is elsewhere. */
export function withoutEdge({
  domainName,
  certificateArn,
  hostedZoneId,
  webAclArn,
  ...rest
}: Settings): Settings {
  return { ...rest, edge: false };
}

/** The CDK context by which constructs learn that they are for the local stack. */
export const LOCAL = 'live-event-chat:local';

/** The CDK keeps its feature flags, caches and paths in the same place. */
const isToolkitKey = (key: string) =>
  key.includes(':') || key.includes('/') || key.startsWith('aws') || key.startsWith('cdk');
