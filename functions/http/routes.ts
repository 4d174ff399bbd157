import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { oneDirection, oneDirectionOnly } from '../../shared/protocol/client-to-server.ts';
import { eventPage, messagePage } from '../../shared/protocol/replies.ts';
import {
  answer,
  at,
  body,
  creation,
  event,
  message,
  openRoute,
  page,
  params,
  protectedRoute,
  record,
  refusals,
  seq,
  writtenEvent,
} from './openapi.ts';

/** The routes that everybody may read, and the one that creates events: docs/protocol.md, "HTTP". */

export const listEvents = createRoute({
  ...at('listEvents', 'Events'),
  summary: 'List active events, newest first',
  ...openRoute,
  request: { query: z.object(page) },
  responses: {
    200: answer('A page of events', eventPage.extend({ events: z.array(event) })),
    ...refusals(400),
  },
});

export const getEvent = createRoute({
  ...at('getEvent', 'Events'),
  summary: 'Get an event',
  ...openRoute,
  request: { params },
  responses: { 200: answer('The event', event), ...refusals(404) },
});

export const createEvent = createRoute({
  ...at('createEvent', 'Events'),
  summary: 'Create an event',
  ...protectedRoute,
  request: { body: body(creation) },
  responses: {
    201: { ...answer('The new event', writtenEvent), headers: z.object({ Location: z.string() }) },
    ...refusals(400, 401, 403, 413),
  },
});

export const listRefusals = createRoute({
  ...at('listRefusals', 'Moderation'),
  summary: 'List refused attempts to create or change an event, newest first',
  ...protectedRoute,
  request: { query: z.object(page) },
  responses: {
    200: answer(
      'A page of audit records',
      z.object({ records: z.array(record), nextCursor: z.string().optional() }),
    ),
    ...refusals(400, 401, 403),
  },
});

export const listMessages = createRoute({
  ...at('listMessages', 'Messages'),
  summary: 'List messages, oldest first: the newest ones, those before a seq, or those after a seq',
  ...openRoute,
  request: {
    params,
    query: z.object({ before: seq, after: seq, limit: page.limit }).refine(oneDirection, oneDirectionOnly),
  },
  responses: {
    200: answer('A page of messages', messagePage.extend({ messages: z.array(message) })),
    ...refusals(400, 404),
  },
});
