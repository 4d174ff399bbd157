import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import {
  atAlone,
  atAloneOnly,
  oneDirection,
  oneDirectionOnly,
  queryFields,
} from '../../shared/protocol/client-to-server.ts';
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
  summary: 'List active events, newest first; or, for operators, ended ones',
  ...openRoute,
  request: {
    query: z.object({
      status: z.enum(['active', 'ended'], 'must be "active" or "ended"').default('active'),
      ...page,
    }),
  },
  responses: {
    200: answer('A page of events', eventPage.extend({ events: z.array(event) })),
    ...refusals(400, 401, 403),
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
    ...refusals(400, 401, 403, 413, 429),
  },
});

export const listRefusals = createRoute({
  ...at('listRefusals', 'Moderation'),
  summary: 'List refused attempts to create, change or delete an event, and deletions, newest first',
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
  summary:
    'List messages, oldest first: the newest ones, those before a seq, those after a seq, or those around a time',
  ...openRoute,
  request: {
    params,
    query: z
      .object({ before: seq, after: seq, at: queryFields.at, limit: page.limit })
      .refine(oneDirection, oneDirectionOnly)
      .refine(atAlone, atAloneOnly),
  },
  responses: {
    200: answer('A page of messages', messagePage.extend({ messages: z.array(message) })),
    ...refusals(400, 404),
  },
});

export const exportMessages = createRoute({
  ...at('exportMessages', 'Messages'),
  summary: 'Export messages as JSON lines, oldest first, page by page',
  ...protectedRoute,
  request: { params, query: z.object({ after: seq }) },
  responses: {
    200: {
      description:
        'A message in each line. The last line is `{"upTo", "hasMore", "deletedSeqs"?}`: go on with `upTo` as `after`, at once ' +
        'while `hasMore` is true, or later for what has come since; `deletedSeqs` are messages up to `after` that were deleted since.',
      headers: z.object({ Link: z.string().optional() }),
      content: { 'application/x-ndjson': { schema: z.string() } },
    },
    ...refusals(400, 401, 403, 404),
  },
});
