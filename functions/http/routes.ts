import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { oneDirection, oneDirectionOnly, queryFields } from '../../shared/protocol/client-to-server.ts';
import { eventSchema, messageSchema } from '../../shared/protocol/entities.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { description, eventName, instant, opaqueId } from '../../shared/protocol/text.ts';

/** The HTTP API as OpenAPI routes: what they take, what they answer (contract: "HTTP API"). */

const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      requestId: z.string().optional(),
    }),
  })
  .openapi('Error');

const event = eventSchema.openapi('Event');
const message = messageSchema.openapi('Message');

const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
const refusals = <Status extends number>(...statuses: Status[]) =>
  Object.fromEntries(statuses.map((status) => [status, answer('Refused', errorSchema)])) as Record<
    Status,
    ReturnType<typeof answer<typeof errorSchema>>
  >;
const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

/** Digits on the wire, a number to whoever reads the document. */
const integer = (bounds: { minimum: number; maximum?: number; default?: number }) =>
  ({ ...bounds, type: 'integer', pattern: undefined }) as { type: 'integer' };
const seq = queryFields.seq.openapi(integer({ minimum: 0 }));
const limit = queryFields.limit.openapi(
  integer({ minimum: 1, maximum: limits.pageLength, default: limits.historyLength }),
);

const details = z.object({
  name: eventName.openapi({ maxLength: limits.eventNameLength }),
  description: description.optional(),
  startsAt: instant.optional(),
  endsAt: instant.optional(),
});
const params = z.object({ id: opaqueId });

export const listEvents = createRoute({
  method: 'get',
  path: '/api/events',
  summary: 'Active events, newest first',
  request: { query: z.object({ limit, cursor: queryFields.cursor }) },
  responses: {
    200: answer('A page', z.object({ events: z.array(event), nextCursor: z.string().optional() })),
    ...refusals(400),
  },
});

export const getEvent = createRoute({
  method: 'get',
  path: '/api/events/{id}',
  summary: 'One event',
  request: { params },
  responses: { 200: answer('The event', event), ...refusals(404) },
});

export const createEvent = createRoute({
  method: 'post',
  path: '/api/events',
  summary: 'Create an event',
  request: { body: body(details) },
  responses: {
    201: { ...answer('Created', event), headers: z.object({ Location: z.string() }) },
    ...refusals(400, 413),
  },
});

export const updateEvent = createRoute({
  method: 'patch',
  path: '/api/events/{id}',
  summary: 'Change an event, or end it',
  request: {
    params,
    body: body(
      details.partial().extend({ status: z.literal('ended', 'can only become "ended"').optional() }),
    ),
  },
  responses: { 200: answer('The event as it is now', event), ...refusals(400, 404, 413) },
});

export const listMessages = createRoute({
  method: 'get',
  path: '/api/events/{id}/messages',
  summary: 'Messages, oldest first: the newest, those before a seq, or those after one',
  request: {
    params,
    query: z.object({ before: seq, after: seq, limit }).refine(oneDirection, oneDirectionOnly),
  },
  responses: {
    200: answer('A page', z.object({ messages: z.array(message), hasMore: z.boolean() })),
    ...refusals(400, 404),
  },
});
