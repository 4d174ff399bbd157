import * as z from 'zod';

/** The three things that travel. Times are ISO 8601 in UTC with milliseconds; ids are opaque. */

export const eventSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['active', 'ended']),
  createdAt: z.string(),
  startsAt: z.string().optional(),
  endsAt: z.string().optional(),
  participantCount: z.int(),
});

export const authorSchema = z.object({ id: z.string(), username: z.string() });

export const messageSchema = z.object({
  id: z.string(),
  eventId: z.string(),
  /** Counts 1, 2, 3 … within one event: orders messages, removes duplicates, shows gaps. */
  seq: z.int(),
  participant: authorSchema,
  text: z.string(),
  sentAt: z.string(),
  clientMessageId: z.string().optional(),
});

export type Event = z.infer<typeof eventSchema>;
export type Author = z.infer<typeof authorSchema>;
export type Message = z.infer<typeof messageSchema>;

export interface Participant extends Author {
  joinedAt: string;
}
