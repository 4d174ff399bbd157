import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { eventsQuery, messagesQuery } from '../../shared/protocol/client-to-server.ts';
import { eventSchema, messageSchema } from '../../shared/protocol/entities.ts';
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

const details = z.object({
  name: eventName,
  description: description.optional(),
  startsAt: instant.optional(),
  endsAt: instant.optional(),
});
const params = z.object({ id: opaqueId });

export const listEvents = createRoute({
  method: 'get',
  path: '/api/events',
  summary: 'Active events, newest first',
  request: { query: eventsQuery },
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
  responses: { 201: answer('Created; Location has its address', event), ...refusals(400, 413) },
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
  request: { params, query: messagesQuery },
  responses: {
    200: answer('A page', z.object({ messages: z.array(message), hasMore: z.boolean() })),
    ...refusals(400, 404),
  },
});
