import * as z from 'zod';
import { timing } from './timing.ts';

const number = z.coerce.number('must be a number');
const count = number.int('must be a whole number');
/** `true` or `false`, also as the text that a command line has. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], 'must be true or false')
  .transform((value) => value === true || value === 'true');

/** An ARN of a service, such as `arn:aws:events:eu-west-1:123456789012:event-bus/chat`. */
const arn = (service: string, what: string, example: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${what}$`),
      `must be an ARN such as arn:aws:${service}:eu-west-1:123456789012:${example}`,
    );

/** What browsers send as `Origin`, and nothing longer: `https://example.com/` would never equal one. */
const origin = z
  .string()
  .refine(
    (text) => text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text),
    'must be * or origins such as https://example.com, without a path or a slash at the end',
  );

/** Origins, comma-separated, or as a list; `*` is any, and stands alone. */
export const origins = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value),
  z
    .array(origin)
    .min(1)
    .refine((list) => list.length === 1 || !list.includes('*'), 'must be * alone, or origins without it'),
);

/**
 * The settings that the functions read, with their defaults. The stacks take them from the CDK context and pass them to
 * every function as JSON, in the environment variable `SETTINGS`. Reference: docs/settings.md.
 */
export const chatSettings = z.object({
  /** Audiences (connections) up to this size are served by the sender's own function, larger ones by the stream's. 0: always by the stream's. */
  directAudienceMax: count.min(0).max(1_000).default(50),
  /** Frames a second that all events together may post: the chat's share of the account's API Gateway quota. */
  framesPerSecond: count.min(1).max(1_000_000).default(8_000),
  /** Frames a second that one event may post. Its windows begin at least connections ÷ this many seconds apart. */
  eventFramesPerSecond: count.min(1).max(1_000_000).default(5_000),
  /** Connections that one function serves in a window; a larger audience is served by several functions. */
  chunkConnections: count.min(1).max(10_000).default(1_000),
  /** Typing is announced in audiences (connections) up to this size. */
  typingAudienceMax: count.min(0).max(1_000).default(50),
  /** Socket.IO clients that connect without `batch=1` can join audiences (connections) smaller than this. */
  unbatchedAudienceMax: count.min(1).max(100_000).default(1_000),
  /** A Socket.IO client that reconnects within this many seconds can recover its session. 0: never. */
  recoverySeconds: count.min(0).max(7_200).default(600),
  /** A Socket.IO client that has lost its connection is announced as gone after this many seconds. */
  presenceGraceSeconds: count.min(0).max(7_200).default(60),
  /** In audiences (connections) above this size, several joins or leaves at once become one event. */
  presenceSummaryAbove: count.min(0).default(50),
  /** Connections of one participant in an event; the oldest of more is closed. */
  tabsPerParticipant: count.min(1).max(1_000).default(20),
  /** Windows that begin earlier than so many seconds after the last one that served viewers pass them by. 0: none does. */
  viewerPaceSeconds: number.min(0).max(30).default(0),
  /** Connections that may watch an event and take no part. */
  viewersMax: count.min(0).max(1_000_000).default(100_000),
  /** Messages are kept this long. */
  messageRetentionDays: count.min(1).max(3_650).default(30),
  /** An event is deleted, with everything of it but its audit log, this long after its end; without a value, `messageRetentionDays`. */
  endedEventRetentionDays: count.min(1).max(3_650).optional(),
  /** The audit log of moderation is kept this long. */
  auditRetentionDays: count.min(1).max(3_650).default(365),
  sendsPerSecond: number.positive().max(1_000).default(5),
  sendBurst: count.min(1).max(10_000).default(10),
  /** Messages of one backend, by whatever credentials it has. */
  publishPerSecond: number.positive().max(1_000).default(20),
  typingPerSecond: number.positive().max(1_000).default(2),
  typingBurst: count.min(1).max(10_000).default(4),
  reactsPerSecond: number.positive().max(1_000).default(5),
  reactBurst: count.min(1).max(10_000).default(10),
  joinsPerSecond: number.positive().max(1_000).default(2),
  joinBurst: count.min(1).max(10_000).default(10),
  /** Requests of one connection that have no rate of their own: reads, pings, and what is no request at all. */
  requestsPerSecond: number.positive().max(10_000).default(50),
  requestBurst: count.min(1).max(1_000_000).default(1_000),
  /** Share of the invocations that log debug lines, 0 to 1. */
  debugSampleRate: number.min(0).max(1).default(0),
  /** Origins whose pages may open WebSockets. Clients that are no browsers send none, and may. */
  allowedOrigins: origins.default(['*']),
  /** The OpenID Connect issuer whose tokens are required; without an issuer everybody is a guest. */
  'auth.issuer': z.url('must be the URL of an OpenID Connect issuer').optional(),
  /** The `aud` that those tokens must have, or their `client_id` if they have no `aud`. */
  'auth.audience': z.string().min(1, 'must not be empty').optional(),
  /** The claim that usernames come from; if it is missing, `preferred_username`, then `sub`. */
  'auth.usernameClaim': z.string().min(1, 'must not be empty').default('name'),
  /** The claim that metadata of participants comes from. */
  'auth.metadataClaim': z.string().min(1, 'must not be empty').default('chat_metadata'),
  /** Tokens with this in `scope`, `scp` or `permissions` may create and change events, and moderate all of them. */
  'auth.operatorScope': z.string().min(1, 'must not be empty').default('chat:operate'),
  /** Tokens with this may moderate every event. */
  'auth.moderatorScope': z.string().min(1, 'must not be empty').default('chat:moderate'),
  /** Whether those who only watch need a token, too. */
  'auth.viewers': z.enum(['token', 'open'], 'must be token or open').default('token'),
  /** One more claim in which to look for those two, such as `cognito:groups`. */
  'auth.rightsClaim': z.string().min(1, 'must not be empty').optional(),
  /** A Lambda function of the operator's that reviews each message of somebody without a role before it is written. */
  'review.function': arn('lambda', 'function:[\\w-]+(:[\\w$-]+)?', 'function:my-review').optional(),
  /** How long a send waits for its answer, milliseconds. */
  'review.timeoutMs': count.min(50).max(timing.reviewMaxMs).default(300),
  /** What becomes of a message when it gives no answer in time, or a wrong one. */
  'review.fallback': z.enum(['allow', 'deny'], 'must be allow or deny').default('allow'),
  /** An EventBridge bus of the operator's that gets what happens in the chat. */
  'events.busArn': arn('events', 'event-bus/[\\w./-]+', 'event-bus/my-bus').optional(),
  /** Whether it gets messages, too. */
  'events.messages': flag.default(false),
});

export type ChatSettings = z.infer<typeof chatSettings>;
