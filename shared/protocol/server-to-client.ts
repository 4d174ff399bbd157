import * as z from 'zod';
import { eventSchema, messageSchema, participantSchema } from './entities.ts';
import { errorCodes } from './errors.ts';
import { limits } from './limits.ts';
import { eventPage, messagePage, replies } from './replies.ts';

/**
 * What the server sends. The functions of the WebSocket API import only types from here: these schemas describe
 * (functions/http/asyncapi.ts), and nothing that is sent is parsed with them.
 */

export const errorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string().describe('For developers. Programs check the code.'),
  issues: z
    .array(
      z.object({
        path: z.string().describe('Dotted, relative to the payload; empty for the payload as a whole.'),
        message: z.string(),
      }),
    )
    .optional()
    .describe('Of `BAD_REQUEST`: every fault of the payload.'),
  retryAfterMs: z
    .int()
    .optional()
    .describe('Of `RATE_LIMITED` and `MUTED`: how long to wait, in milliseconds.'),
  requestId: z.string().optional().describe('Of `INTERNAL`: quote it when you report the error.'),
  action: z
    .enum(['joinEvent', 'watchEvent'])
    .optional()
    .describe('Of a request that was made with CONNECT: which.'),
  reason: z.string().optional().describe('Why this request was refused.'),
});

const absent = z.never().optional();
const ofEvent = { eventId: z.string() };
const presence = {
  ...ofEvent,
  participantCount: z.int(),
  viewerCount: z.int().optional().describe('Left out where nobody watches.'),
};
const presenceChange = z.union([
  z.object({ ...presence, participant: participantSchema, participants: absent }),
  z.object({
    ...presence,
    participants: z
      .array(participantSchema)
      .max(limits.namesInSummary)
      .describe('In large audiences: several at once, of whom these are some.'),
    participant: absent,
  }),
]);
const deleted = { seq: z.int(), id: z.string() };

/** Event names and their data (docs/protocol.md, "Events"). */
export const serverToClient = {
  joined: replies.joinEvent.describe(
    'To a client that asked to join with CONNECT: what `joinEvent` acknowledges.',
  ),
  watched: replies.watchEvent.describe(
    'To a client that asked to watch with CONNECT: what `watchEvent` acknowledges.',
  ),
  eventHistory: messagePage
    .extend({ ...presence, participants: z.array(participantSchema).max(limits.participantsInHistory) })
    .describe(
      'After `joinEvent` or `watchEvent`: the newest messages, or those after a `seq`, and who is there.',
    ),
  eventUpdated: z
    .object({ event: eventSchema })
    .describe('The details of the event, or its rules, have changed.'),
  eventEnded: z.object({ event: eventSchema }).describe('The event has ended.'),
  messageDeleted: z
    .union([
      z.object({ ...ofEvent, ...deleted, messages: absent }),
      z.object({ ...ofEvent, messages: z.array(z.object(deleted)), seq: absent, id: absent }),
    ])
    .describe('A message was deleted; `messages` when several were deleted at once.'),
  kicked: z
    .object({
      ...ofEvent,
      banned: z.boolean(),
      reason: z.string().optional(),
      expiresAt: z.string().optional().describe('Of a ban.'),
    })
    .describe('The recipient has been removed; the server disconnects them.'),
  muted: z
    .object({
      ...ofEvent,
      seconds: z.int().describe('From now on.'),
      reason: z.string().optional(),
      until: z.string(),
    })
    .describe('The recipient may read, but not write, for so long.'),
  unmuted: z.object(ofEvent).describe('The recipient may write again.'),
  newMessage: messageSchema.describe('A message.'),
  userJoined: presenceChange.describe('One person, or several at once, have joined.'),
  userLeft: presenceChange.describe('One person, or several at once, have left.'),
  userTyping: z
    .object({ ...ofEvent, participant: participantSchema, isTyping: z.boolean() })
    .describe('Somebody else has begun to type or has stopped. Only in small audiences.'),
  reactions: z
    .object({ ...ofEvent, counts: z.record(z.string(), z.int()), totals: z.record(z.string(), z.int()) })
    .describe(
      'How often people have reacted since the last of these events: `counts`; and since the event was created: `totals`.',
    ),
  activeEvents: eventPage.describe('What `getActiveEvents` found, when it was sent without an id.'),
  error: errorSchema.describe('What was sent without an id has failed.'),
};

export type ServerToClient = {
  [Name in keyof typeof serverToClient]: z.infer<(typeof serverToClient)[Name]>;
};

/** One event for a client, whatever its wire. */
export type ServerEvent = {
  [Name in keyof ServerToClient]: { event: Name; data: ServerToClient[Name] };
}[keyof ServerToClient];
