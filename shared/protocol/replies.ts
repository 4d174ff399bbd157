import * as z from 'zod';
import type { Action } from './client-to-server.ts';
import { banSchema, eventSchema, messageSchema, participantSchema } from './entities.ts';

/** What somebody may do in an event, as it is now: what a front end shows them buttons for. */
const rights = z.object({
  send: z.boolean(),
  moderate: z.boolean().describe('Announce, pin and delete messages, kick, ban, change the rules.'),
  operate: z.boolean().describe('Create and change events.'),
});
export type Rights = z.infer<typeof rights>;

/** A page of messages, oldest first. */
export const messagePage = z.object({
  messages: z.array(messageSchema),
  hasMore: z.boolean(),
  hasMoreBefore: z
    .boolean()
    .optional()
    .describe('With `at`: there are earlier messages; `hasMore` says whether there are later ones.'),
  deletedSeqs: z
    .array(z.int())
    .optional()
    .describe('Messages up to `after` that were deleted in the meantime.'),
  upTo: z
    .int()
    .optional()
    .describe(
      'With `hasMore`: where the next page goes on, its `after`, or its `before` if this page was not asked for with `after`. If it is ' +
        'missing, use the `seq` of the last message, or of the first.',
    ),
});

export const eventPage = z.object({ events: z.array(eventSchema), nextCursor: z.string().optional() });

const nothing: z.ZodType<object> = z.object({});

/** The data of the acknowledgement of every action (docs/protocol.md, "Actions"). */
export const replies = {
  joinEvent: z.object({
    event: eventSchema,
    participant: participantSchema,
    latestSeq: z.int(),
    participantToken: z.string().optional().describe("A guest's secret: whoever joins with it is the same."),
    can: rights,
  }),
  watchEvent: z.object({ event: eventSchema, latestSeq: z.int(), viewerCount: z.int() }),
  sendMessage: z.object({ message: messageSchema }),
  typing: nothing,
  react: nothing,
  leaveEvent: nothing,
  getActiveEvents: eventPage,
  getHistory: messagePage,
  ping: nothing,
  deleteMessage: nothing,
  announce: z.object({ message: messageSchema }),
  pin: z.object({ event: eventSchema }),
  unpin: z.object({ event: eventSchema }),
  kick: nothing,
  ban: z.object({ ban: banSchema }),
  unban: nothing,
  mute: nothing,
  unmute: nothing,
  updateEvent: z.object({ event: eventSchema }),
} satisfies Record<Action, z.ZodType<object>>;

export type Replies = { [A in Action]: z.infer<(typeof replies)[A]> };
