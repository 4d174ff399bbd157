import * as z from 'zod';

const number = z.coerce.number('must be a number');
const count = number.int('must be a whole number');

/**
 * The settings that the chat itself reads, with their defaults. The stacks take them from the CDK context and hand
 * them to every function as JSON in `SETTINGS`. Reference: docs/settings.md.
 */
export const chatSettings = z.object({
  /** Audiences (connections) up to this are served by the sender's own Lambda; larger ones by the stream. 0: never. */
  directAudienceMax: count.min(0).max(1_000).default(50),
  /** Frames a second that all events together post: what this chat may take of the account's API Gateway requests. */
  framesPerSecond: count.min(1).max(1_000_000).default(8_000),
  /** Frames a second that one event posts: how far apart its windows are, connections over this many seconds. */
  eventFramesPerSecond: count.min(1).max(1_000_000).default(5_000),
  /** Connections that one Lambda serves in a window; the others are served by as many more as it takes. */
  chunkConnections: count.min(1).max(10_000).default(1_000),
  /** Typing is announced to audiences (connections) up to this. */
  typingAudienceMax: count.min(0).max(1_000).default(50),
  /** Socket.IO clients that take one event a packet, not `batch=1`, may join audiences (connections) up to this. */
  unbatchedAudienceMax: count.min(1).max(100_000).default(1_000),
  /** A Socket.IO client that comes back within this many seconds goes on where it was cut off. 0: never. */
  recoverySeconds: count.min(0).max(7_200).default(600),
  /** Others hear that a Socket.IO client was lost only after this many seconds. */
  presenceGraceSeconds: count.min(0).max(7_200).default(60),
  /** Several joins or leaves at once are summed up in audiences (connections) above this. */
  presenceSummaryAbove: count.min(0).default(50),
  /** Messages are kept this long. */
  messageRetentionDays: count.min(1).max(3_650).default(30),
  /** Records of who moderated what are kept this long. */
  auditRetentionDays: count.min(1).max(3_650).default(365),
  sendsPerSecond: number.positive().max(1_000).default(5),
  sendBurst: count.min(1).max(10_000).default(10),
  typingPerSecond: number.positive().max(1_000).default(2),
  typingBurst: count.min(1).max(10_000).default(4),
  joinsPerSecond: number.positive().max(1_000).default(2),
  joinBurst: count.min(1).max(10_000).default(10),
  /** The OpenID Connect issuer whose tokens people show; without one everybody is a guest. */
  'auth.issuer': z.url('must be the address of an OpenID Connect issuer').optional(),
  /** For whom those tokens are: their `aud`, or `client_id` where there is none. */
  'auth.audience': z.string().min(1, 'must not be empty').optional(),
  /** The claim that a username comes from; after it `preferred_username`, then `sub`. */
  'auth.usernameClaim': z.string().min(1, 'must not be empty').default('name'),
  /** Who has this in `scope`, `scp` or `permissions` may create and change events. */
  'auth.operatorScope': z.string().min(1, 'must not be empty').default('chat:operate'),
  /** Who has this there may moderate every event. */
  'auth.moderatorScope': z.string().min(1, 'must not be empty').default('chat:moderate'),
  /** One more claim that those two are looked for in, such as `cognito:groups`. */
  'auth.rightsClaim': z.string().min(1, 'must not be empty').optional(),
});

export type ChatSettings = z.infer<typeof chatSettings>;
