import * as z from 'zod';
import { limits } from './limits.ts';
import { metadata } from './metadata.ts';
import { optional } from './optional.ts';
import { react, reactionList } from './reactions.ts';
import { clientMessageId, instant, messageText, opaqueId, reason, username } from './text.ts';

const seq = z.int('must be a whole number').min(0, 'must not be negative');

const messageSeq = seq.min(1, 'must be at least 1');

const limit = z
  .int(`must be a whole number from 1 to ${limits.pageLength}`)
  .min(1, `must be from 1 to ${limits.pageLength}`)
  .max(limits.pageLength, `must be from 1 to ${limits.pageLength}`);

/** A guest's secret, as an earlier join gave it out. */
export const participantToken = z
  .string()
  .regex(/^[\w-]{43}$/, 'must be a participantToken from an earlier join');

/** `before`, `after` and `at` cannot be combined; without any of them, it is the newest page. */
const pageFields = {
  before: optional(seq).describe('The newest messages before this `seq`.'),
  after: optional(seq).describe('The oldest messages after this `seq`.'),
  at: optional(instant).describe('The messages around this time.'),
  limit: optional(limit),
};
export const oneDirection = (page: { before?: unknown; after?: unknown }) =>
  page.before === undefined || page.after === undefined;
export const oneDirectionOnly = { error: 'cannot be combined with after', path: ['before'] };
export const atAlone = (page: { before?: unknown; after?: unknown; at?: unknown }) =>
  page.at === undefined || (page.before === undefined && page.after === undefined);
export const atAloneOnly = { error: 'cannot be combined with before or after', path: ['at'] };

/** The person to moderate: a participant, or the `sub` of the issuer's tokens as `subject`. */
const participantId = z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a participant');
const subject = z.string().min(1).max(255);
const personFields = {
  participantId: optional(participantId),
  subject: optional(subject).describe('Instead of `participantId`: the `sub` of tokens of the issuer.'),
};
const isOnePerson = ({ participantId, subject }: { participantId?: unknown; subject?: unknown }) =>
  (participantId === undefined) !== (subject === undefined);
const onePersonOnly = {
  error: 'exactly one of participantId and subject is required',
  path: ['participantId'],
};
export const person = z.object(personFields).refine(isOnePerson, onePersonOnly);
export type Person = z.output<typeof person>;

export const kick = z
  .object({ ...personFields, reason: optional(reason) })
  .refine(isOnePerson, onePersonOnly);
export const ban = z
  .object({
    ...personFields,
    reason: optional(reason),
    seconds: optional(z.int().min(1).max(315_360_000)),
  })
  .refine(isOnePerson, onePersonOnly);

const { min, max } = limits.muteSeconds;
export const mute = z
  .object({
    ...personFields,
    seconds: z
      .int('must be a whole number')
      .min(min, `must be at least ${min}`)
      .max(max, `must be at most ${max}`),
    reason: optional(reason),
  })
  .refine(isOnePerson, onePersonOnly);

/** How people may write in an event, and its end. */
export const rules = {
  status: optional(z.literal('ended', 'can only be set to "ended"')),
  paused: optional(z.boolean('must be true or false')),
  slowModeSeconds: optional(
    z
      .int('must be a whole number')
      .min(0, 'must not be negative')
      .max(limits.slowModeSeconds, `must be at most ${limits.slowModeSeconds}`),
  ),
  reactions: optional(reactionList).describe('The emoji that people can react with; none: they cannot.'),
};

/** What moderators tell everybody. */
const announcement = {
  text: messageText,
  pin: optional(z.boolean('must be true or false')).describe('Whether everybody is to see it first.'),
  clientMessageId: optional(clientMessageId).describe('A repeat has the same one.'),
};
export const pin = z.object({ seq: messageSeq });

/** A message from a backend. */
export const publication = z.object({
  ...announcement,
  kind: optional(z.literal('announcement', 'can only be "announcement"')),
  username: optional(username),
  metadata: optional(metadata),
});
export type Publication = z.output<typeof publication>;

/** The data of every action a client can send. The keys are the route keys (docs/protocol.md, "Actions"). */
export const clientToServer = {
  joinEvent: z.object({
    eventId: opaqueId,
    username,
    after: optional(seq).describe('Have the history begin after this `seq`, which was seen before.'),
    participantToken: optional(participantToken).describe('Of an earlier join: to be the same participant.'),
    metadata: optional(metadata).describe('For front ends; a later join may have other.'),
  }),
  watchEvent: z.object({
    eventId: opaqueId,
    after: optional(seq).describe('Have the history begin after this `seq`, which was seen before.'),
  }),
  sendMessage: z.object({
    text: messageText,
    clientMessageId: optional(clientMessageId).describe('A repeat has the same one.'),
    replyTo: optional(messageSeq).describe('The `seq` of the message that this one answers.'),
    metadata: optional(metadata).describe('For front ends.'),
  }),
  typing: z.object({ isTyping: z.boolean('must be true or false') }),
  react,
  leaveEvent: z.object({}),
  getActiveEvents: z.object({ limit: optional(limit), cursor: optional(z.string()) }),
  getHistory: z.object(pageFields).refine(oneDirection, oneDirectionOnly).refine(atAlone, atAloneOnly),
  ping: z.object({}),
  deleteMessage: z.object({ seq: messageSeq }),
  announce: z.object(announcement),
  pin,
  unpin: z.object({}),
  kick,
  ban,
  unban: person,
  mute,
  unmute: person,
  updateEvent: z.object(rules),
};

/** What differs for somebody who is identified by a token. */
export const clientToServerWithToken: { [A in Action]?: z.ZodType } = {
  joinEvent: clientToServer.joinEvent.omit({ username: true, participantToken: true, metadata: true }),
};

export type Action = keyof typeof clientToServer;

/** What those who moderate an event do in it. */
export const moderationActions = [
  'deleteMessage',
  'announce',
  'pin',
  'unpin',
  'kick',
  'ban',
  'unban',
  'mute',
  'unmute',
  'updateEvent',
] as const satisfies readonly Action[];
export type ActionData<A extends Action> = z.output<(typeof clientToServer)[A]>;

/** The same pages over HTTP, where numbers come as text, and `null` would be text, too. */
const digits = (schema: z.ZodInt) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(schema);

export const queryFields = {
  limit: digits(limit).optional(),
  seq: digits(seq).optional(),
  cursor: z.string().optional(),
  at: instant.optional(),
};

/** Whose messages to delete, and after which `seq` to continue. */
export const erasure = z
  .object({ participantId: participantId.optional(), subject: subject.optional(), after: queryFields.seq })
  .refine(isOnePerson, onePersonOnly);
export type Erasure = z.output<typeof erasure>;
