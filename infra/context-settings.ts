import * as z from 'zod';
import { chatSettings } from '../shared/settings.ts';

const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], 'must be true or false')
  .transform((value) => value === true || value === 'true');
const count = z.coerce.number('must be a number').int('must be a whole number');

/** The retention periods that CloudWatch Logs supports, in days: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logRetentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653];

/**
 * Every setting of a deployment, from the CDK context: `-c key=value`, or `context` in cdk.json. Reference:
 * docs/settings.md.
 */
const deploymentSettings = z.object({
  /** Prefix of the stack names: several chats can live in one account and region. */
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
      'must be letters, digits and hyphens, must begin with a letter, and must have at most 40 characters',
    )
    .default('LiveEventChat'),
  /** For trials: deleting the stacks deletes the data too. */
  ephemeral: flag.default(false),
  /** Origins whose pages may call the HTTP API, comma-separated. */
  corsOrigins: z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .pipe(
      z.array(z.union([z.literal('*'), z.url()], 'must be * or origins such as https://example.com')).min(1),
    )
    .default(['*']),
  /** Requests a second that each stage accepts (messages, handshakes and closes on the WebSocket), and the burst. */
  throttleRate: count.min(1).default(2_000),
  throttleBurst: count.min(1).default(1_000),
  logRetentionDays: count
    .refine((days) => logRetentionDays.includes(days), `must be one of ${logRetentionDays.join(', ')}`)
    .default(30),
  /** For accounts where API Gateway may not write logs yet. There is one such role for an account and region, kept when the stack is deleted. */
  createApiGatewayAccountRole: flag.default(false),
});

const settings = deploymentSettings.extend(chatSettings.shape);

export type Settings = z.infer<typeof settings>;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Faults of the issuer that its schema cannot express. */
function* issuerFaults(
  { 'auth.issuer': issuer, 'auth.audience': audience }: Settings,
  isLocal: boolean,
): Generator<string> {
  if (audience !== undefined && issuer === undefined) yield 'auth.issuer: is required with auth.audience';
  if (issuer === undefined) return;
  // Without it, tokens that the issuer made for other applications would be accepted.
  if (audience === undefined) yield 'auth.audience: is required with auth.issuer';
  const { protocol, hostname, href, origin, pathname } = new URL(issuer);
  // https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
  if (href !== origin + pathname) yield 'auth.issuer: must not contain a user, a query or a fragment';
  if (protocol === 'https:') return;
  if (protocol !== 'http:' || !isLocal || !LOOPBACK.includes(hostname)) {
    yield 'auth.issuer: must begin with https:// (on the local stack, http:// on this machine is also accepted)';
  }
}

/** What is wrong with the settings, for the person who runs the command. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads and validates every setting. Throws `SettingsError`, also for an unknown key: a typo would go unnoticed. */
export function readSettings(context: Readonly<Record<string, unknown>>, { isLocal = false } = {}): Settings {
  const own = Object.entries(context).filter(([key]) => !isToolkitKey(key));
  const known = Object.keys(settings.shape);
  const faults = own
    .filter(([key]) => !known.includes(key))
    .map(([key]) => `${key}: no such setting; the settings are ${known.join(', ')}`);
  const result = settings.safeParse(Object.fromEntries(own));
  if (!result.success) {
    faults.push(...result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  if (result.success) faults.push(...issuerFaults(result.data, isLocal));
  if (faults.length > 0 || !result.success)
    throw new SettingsError(`Invalid settings:\n  ${faults.join('\n  ')}`);
  return result.data;
}

/** The settings that functions get. */
export const chatSettingsOf = (all: Settings) => chatSettings.parse(all);

/** The CDK keeps its feature flags, caches and paths in the same place. */
const isToolkitKey = (key: string) =>
  key.includes(':') || key.includes('/') || key.startsWith('aws') || key.startsWith('cdk');
