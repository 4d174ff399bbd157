import * as z from 'zod';

/** What clients and server exchange. Times are ISO 8601 in UTC with milliseconds; ids are opaque. */

/** What an application adds to a participant or a message, for front ends. */
export const metadataSchema = z.record(z.string(), z.string());

/** What somebody may do in an event beyond chatting: moderate it, moderate every event, also create and change them; `bot`: a backend. */
export const roleSchema = z.enum(['host', 'moderator', 'operator', 'bot']);

/** `role` and `metadata`: as they were when they wrote. */
export const authorSchema = z.object({
  id: z.string(),
  username: z.string(),
  role: roleSchema.optional(),
  metadata: metadataSchema.optional(),
});
export const participantSchema = authorSchema.extend({ joinedAt: z.string() });

export const messageSchema = z.object({
  id: z.string(),
  eventId: z.string(),
  seq: z
    .int()
    .describe('Counts 1, 2, 3 … within one event: orders messages, removes duplicates, shows gaps.'),
  kind: z.literal('announcement').optional(),
  participant: authorSchema,
  text: z.string(),
  sentAt: z.string(),
  clientMessageId: z.string().optional(),
  metadata: metadataSchema.optional(),
  replyTo: z
    .object({
      seq: z.int(),
      participant: authorSchema.pick({ id: true, username: true }),
      text: z.string().describe('The beginning of the message; empty if it was deleted.'),
    })
    .optional()
    .describe('The message that this one answers.'),
});

export const eventSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['active', 'ended']),
  createdAt: z.string(),
  startsAt: z.string().optional(),
  endsAt: z.string().optional(),
  participantCount: z.int(),
  viewerCount: z.int().describe('Connections that watch it and take no part.'),
  hosts: z.array(z.string()).optional().describe('Ids of participants who may moderate it.'),
  paused: z.literal(true).optional().describe('Only moderators can write.'),
  slowModeSeconds: z.int().optional().describe('Everybody else must wait this long between messages.'),
  reactions: z.array(z.string()).describe('The emoji that people can react with.'),
  reactionTotals: z
    .record(z.string(), z.int())
    .optional()
    .describe(
      'How often each of them was used, as the last `reactions` told; without those that never were.',
    ),
  pinned: messageSchema.optional().describe('The message that everybody sees first.'),
  links: z
    .literal('deny')
    .optional()
    .describe('Messages with links are rejected, but for those of moderators.'),
  repeats: z
    .literal('deny')
    .optional()
    .describe('What somebody has sent within 30 seconds is rejected, but for moderators.'),
});

export const banSchema = z.object({
  participantId: z.string(),
  username: z.string().optional().describe('The name that the participant had, if they were in the event.'),
  bannedAt: z.string(),
  reason: z.string().optional(),
  expiresAt: z.string().optional().describe('Without it, the ban is permanent.'),
});

export const muteSchema = z.object({
  participantId: z.string(),
  username: z.string().optional().describe('The name that the participant had, if they were in the event.'),
  mutedAt: z.string(),
  expiresAt: z.string(),
  reason: z.string().optional(),
});

/** Who created, changed or moderated what, never what was written. */
export const auditSchema = z.object({
  id: z.string(),
  at: z.string(),
  by: z.string().describe('The id of a participant, the ARN of a caller with IAM credentials, or `system`.'),
  action: z.string(),
  participantId: z.string().optional(),
  seq: z.int().optional(),
  reason: z.string().optional(),
  changes: z.record(z.string(), z.unknown()).optional(),
  /** Of a deletion: the event. Of what was refused: the event, if there is one, and the code of the error. Nothing was changed. */
  eventId: z.string().optional(),
  refused: z.string().optional(),
});

export type Metadata = z.infer<typeof metadataSchema>;
export type Event = z.infer<typeof eventSchema>;
export type Ban = z.infer<typeof banSchema>;
export type Mute = z.infer<typeof muteSchema>;
export type AuditRecord = z.infer<typeof auditSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Author = z.infer<typeof authorSchema>;
export type Message = z.infer<typeof messageSchema>;
export type Participant = z.infer<typeof participantSchema>;
