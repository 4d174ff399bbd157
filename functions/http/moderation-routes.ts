import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import {
  ban as banInput,
  erasure,
  kick as kickInput,
  queryFields,
} from '../../shared/protocol/client-to-server.ts';
import { auditSchema, banSchema } from '../../shared/protocol/entities.ts';
import { opaqueId } from '../../shared/protocol/text.ts';
import { answer, body, changes, event, page, params, protectedRoute, refusals } from './openapi.ts';

/** What moderators, hosts and operators may do with an event (contract: "HTTP API"). */

const banned = banSchema.openapi('Ban');
const record = auditSchema.openapi('AuditRecord');
const done = { 204: { description: 'Done; safe to repeat' } };

export const updateEvent = createRoute({
  method: 'patch',
  path: '/api/events/{id}',
  summary: 'Pause, slow down or end an event; operators: change what it is',
  ...protectedRoute,
  request: { params, body: body(changes) },
  responses: {
    200: answer('The event as it is now', event),
    ...refusals(400, 401, 403, 404, 409, 413),
  },
});

export const deleteMessage = createRoute({
  method: 'delete',
  path: '/api/events/{id}/messages/{seq}',
  summary: 'Delete a message, for everybody',
  ...protectedRoute,
  request: { params: z.object({ id: opaqueId, seq: queryFields.seq.unwrap() }) },
  responses: { ...done, ...refusals(400, 401, 403, 404) },
});

export const eraseMessages = createRoute({
  method: 'delete',
  path: '/api/events/{id}/messages',
  summary: 'Delete all that a participant has written in an event',
  ...protectedRoute,
  request: { params, query: erasure },
  responses: {
    200: answer(
      'What was done; until it is complete, call it again with `upTo` as `after`',
      z.object({ deleted: z.int(), isComplete: z.boolean(), upTo: z.int().optional() }),
    ),
    ...refusals(400, 401, 403, 404),
  },
});

export const kick = createRoute({
  method: 'post',
  path: '/api/events/{id}/kicks',
  summary: 'Send somebody out, who may come back',
  ...protectedRoute,
  request: { params, body: body(kickInput) },
  responses: { ...done, ...refusals(400, 401, 403, 404, 413) },
});

export const ban = createRoute({
  method: 'post',
  path: '/api/events/{id}/bans',
  summary: 'Send somebody out and keep it out, for so many seconds or for good',
  ...protectedRoute,
  request: { params, body: body(banInput) },
  responses: { 200: answer('The ban', banned), ...refusals(400, 401, 403, 404, 413) },
});

export const unban = createRoute({
  method: 'delete',
  path: '/api/events/{id}/bans/{participantId}',
  summary: 'Let somebody in again',
  ...protectedRoute,
  request: { params: z.object({ id: opaqueId, participantId: opaqueId }) },
  responses: { ...done, ...refusals(401, 403, 404) },
});

export const listBans = createRoute({
  method: 'get',
  path: '/api/events/{id}/bans',
  summary: 'Who is banned, newest first',
  ...protectedRoute,
  request: { params, query: z.object(page) },
  responses: {
    200: answer('A page', z.object({ bans: z.array(banned), nextCursor: z.string().optional() })),
    ...refusals(400, 401, 403, 404),
  },
});

export const listAudit = createRoute({
  method: 'get',
  path: '/api/events/{id}/audit',
  summary: 'Who moderated what, newest first',
  ...protectedRoute,
  request: { params, query: z.object(page) },
  responses: {
    200: answer('A page', z.object({ records: z.array(record), nextCursor: z.string().optional() })),
    ...refusals(400, 401, 403, 404),
  },
});
