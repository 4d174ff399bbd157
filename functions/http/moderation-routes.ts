import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import {
  ban as banInput,
  erasure,
  kick as kickInput,
  mute as muteInput,
  pin as pinInput,
  publication,
  queryFields,
} from '../../shared/protocol/client-to-server.ts';
import { banSchema, muteSchema } from '../../shared/protocol/entities.ts';
import { countedReactions } from '../../shared/protocol/reactions.ts';
import { opaqueId } from '../../shared/protocol/text.ts';
import {
  answer,
  at,
  body,
  changes,
  event,
  message,
  page,
  params,
  protectedRoute,
  record,
  refusals,
  writtenEvent,
} from './openapi.ts';

/** The routes for moderators, hosts and operators: docs/protocol.md, "HTTP". */

const banned = banSchema.clone().openapi('Ban');
const muted = muteSchema.clone().openapi('Mute');
const done = { 204: { description: 'Done. The request can be repeated safely.' } };

export const updateEvent = createRoute({
  ...at('updateEvent', 'Events'),
  summary:
    'Pause, slow down or end an event, or choose its reactions. Operators can also change its details, its hosts and what may be written.',
  ...protectedRoute,
  request: { params, body: body(changes) },
  responses: {
    200: answer('The event after the change', writtenEvent),
    ...refusals(400, 401, 403, 404, 409, 413, 429),
  },
});

export const deleteMessage = createRoute({
  ...at('deleteMessage', 'Messages'),
  summary: 'Delete a message for everybody',
  ...protectedRoute,
  request: { params: z.object({ id: opaqueId, seq: queryFields.seq.unwrap() }) },
  responses: { ...done, ...refusals(400, 401, 403, 404, 429) },
});

export const eraseMessages = createRoute({
  ...at('eraseMessages', 'Messages'),
  summary: 'Delete all messages of a participant in an event',
  ...protectedRoute,
  request: { params, query: erasure },
  responses: {
    200: answer(
      'How many messages were deleted. While `isComplete` is false, repeat the request with `upTo` as `after`.',
      z.object({ deleted: z.int(), isComplete: z.boolean(), upTo: z.int().optional() }),
    ),
    ...refusals(400, 401, 403, 404, 429),
  },
});

export const publishMessage = createRoute({
  ...at('publishMessage', 'Messages'),
  summary: 'Publish a message from a backend, whatever the rules of the event',
  ...protectedRoute,
  request: { params, body: body(publication) },
  responses: {
    201: answer('The message; of a repeat, the first one', z.object({ message })),
    ...refusals(400, 401, 403, 404, 409, 413, 429),
  },
});

export const postReactions = createRoute({
  ...at('postReactions', 'Messages'),
  summary: 'Add reactions that were counted elsewhere',
  ...protectedRoute,
  request: { params, body: body(countedReactions) },
  responses: {
    202: answer('Counted. The audience is told with the next window.', z.object({})),
    ...refusals(400, 401, 403, 404, 409, 413, 429),
  },
});

export const pin = createRoute({
  ...at('pin', 'Messages'),
  summary: 'Pin a message, instead of the one that is',
  ...protectedRoute,
  request: { params, body: body(pinInput) },
  responses: {
    200: answer('The event with the message in `pinned`', event),
    ...refusals(400, 401, 403, 404, 409, 413, 429),
  },
});

export const unpin = createRoute({
  ...at('unpin', 'Messages'),
  summary: 'Unpin the message that is pinned',
  ...protectedRoute,
  request: { params },
  responses: { ...done, ...refusals(401, 403, 404, 409, 429) },
});

export const kick = createRoute({
  ...at('kick', 'Moderation'),
  summary: 'Remove a participant, who may join again',
  ...protectedRoute,
  request: { params, body: body(kickInput) },
  responses: { ...done, ...refusals(400, 401, 403, 404, 413, 429) },
});

export const ban = createRoute({
  ...at('ban', 'Moderation'),
  summary: 'Remove a participant and refuse them, for a number of seconds or permanently',
  ...protectedRoute,
  request: { params, body: body(banInput) },
  responses: { 200: answer('The ban', banned), ...refusals(400, 401, 403, 404, 413, 429) },
});

export const unban = createRoute({
  ...at('unban', 'Moderation'),
  summary: 'Lift a ban',
  ...protectedRoute,
  request: { params: z.object({ id: opaqueId, participantId: opaqueId }) },
  responses: { ...done, ...refusals(401, 403, 404, 429) },
});

export const listBans = createRoute({
  ...at('listBans', 'Moderation'),
  summary: 'List the current bans, newest first',
  ...protectedRoute,
  request: { params, query: z.object(page) },
  responses: {
    200: answer('A page of bans', z.object({ bans: z.array(banned), nextCursor: z.string().optional() })),
    ...refusals(400, 401, 403, 404),
  },
});

export const mute = createRoute({
  ...at('mute', 'Moderation'),
  summary: 'Keep a participant from writing for a number of seconds',
  ...protectedRoute,
  request: { params, body: body(muteInput) },
  responses: { ...done, ...refusals(400, 401, 403, 404, 413, 429) },
});

export const unmute = createRoute({
  ...at('unmute', 'Moderation'),
  summary: 'Let a participant write again',
  ...protectedRoute,
  request: { params: z.object({ id: opaqueId, participantId: opaqueId }) },
  responses: { ...done, ...refusals(401, 403, 404, 429) },
});

export const listMutes = createRoute({
  ...at('listMutes', 'Moderation'),
  summary: 'List the current mutes, newest first',
  ...protectedRoute,
  request: { params, query: z.object(page) },
  responses: {
    200: answer('A page of mutes', z.object({ mutes: z.array(muted), nextCursor: z.string().optional() })),
    ...refusals(400, 401, 403, 404),
  },
});

export const listAudit = createRoute({
  ...at('listAudit', 'Moderation'),
  summary: 'Read the audit log of moderation, newest first',
  ...protectedRoute,
  request: { params, query: z.object(page) },
  responses: {
    200: answer(
      'A page of audit records',
      z.object({ records: z.array(record), nextCursor: z.string().optional() }),
    ),
    ...refusals(400, 401, 403, 404),
  },
});

export const deleteEvent = createRoute({
  ...at('deleteEvent', 'Events'),
  summary: 'Delete an event with everything of it but its audit log',
  ...protectedRoute,
  request: { params },
  responses: {
    ...done,
    202: { description: 'Nobody finds it any more; what is left of it is removed within minutes.' },
    ...refusals(401, 403, 404, 429),
  },
});
