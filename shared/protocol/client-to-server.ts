import * as z from 'zod';
import { limits } from './limits.ts';
import { clientMessageId, messageText, opaqueId, username } from './text.ts';

const seq = z.int('must be a whole number').min(0, 'must not be negative');

const limit = z
  .int(`must be a whole number from 1 to ${limits.pageLength}`)
  .min(1, `must be from 1 to ${limits.pageLength}`)
  .max(limits.pageLength, `must be from 1 to ${limits.pageLength}`);

/** A guest's secret, as an earlier join gave it out. */
export const participantToken = z.string().regex(/^[\w-]{43}$/, 'is not a participant token');

/** `before` and `after` exclude each other; with neither, the newest page. */
const pageFields = { before: seq.optional(), after: seq.optional(), limit: limit.optional() };
export const oneDirection = (page: { before?: unknown; after?: unknown }) =>
  page.before === undefined || page.after === undefined;
export const oneDirectionOnly = { error: 'excludes after', path: ['before'] };

/** The data of every action a client can send. The keys are the route keys (contract: "Client to server"). */
export const clientToServer = {
  joinEvent: z.object({
    eventId: opaqueId,
    username,
    after: seq.optional(),
    participantToken: participantToken.optional(),
  }),
  sendMessage: z.object({ text: messageText, clientMessageId: clientMessageId.optional() }),
  typing: z.object({ isTyping: z.boolean('must be true or false') }),
  leaveEvent: z.object({}),
  getActiveEvents: z.object({ limit: limit.optional(), cursor: z.string().optional() }),
  getHistory: z.object(pageFields).refine(oneDirection, oneDirectionOnly),
  ping: z.object({}),
};

export type Action = keyof typeof clientToServer;
export type ActionData<A extends Action> = z.output<(typeof clientToServer)[A]>;

/** The same pages over HTTP, where numbers come as text. */
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
};
