import type { Context } from 'hono';
import type { LambdaContext } from 'hono/aws-lambda';
import { deleteEvent } from '../../shared/chat/deletion/delete-event.ts';
import { getEvent } from '../../shared/chat/get-event.ts';
import { auditRefusal } from '../../shared/chat/moderation/audit.ts';
import { ban, unban } from '../../shared/chat/moderation/ban.ts';
import { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
import { eraseMessages } from '../../shared/chat/moderation/erase-messages.ts';
import { kick } from '../../shared/chat/moderation/kick.ts';
import { listAudit, listBans, listMutes } from '../../shared/chat/moderation/lists.ts';
import { mute, unmute } from '../../shared/chat/moderation/mute.ts';
import { pin, unpin } from '../../shared/chat/moderation/pin.ts';
import { publish } from '../../shared/chat/moderation/publish.ts';
import { requireModerator, requireOperator } from '../../shared/chat/moderation/require-moderator.ts';
import { isAny, updateEvent } from '../../shared/chat/moderation/update-event.ts';
import { postReactions } from '../../shared/chat/react.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { parse } from '../../shared/protocol/parse.ts';
import { opaqueId } from '../../shared/protocol/text.ts';
import { getBlockedWords } from '../../shared/store/blocked-words.ts';
import { timing } from '../../shared/timing.ts';
import { chat } from '../context/chat.ts';
import { actorOf } from './actor-of.ts';
import { newApp, noJson } from './app.ts';
import * as routes from './moderation-routes.ts';
import { participantIdsOf } from './participant-ids-of.ts';
import { requireUtf8 } from './require-utf8.ts';
import { serve } from './serve.ts';

/** The routes for moderators, hosts and operators. */
const app = newApp();

/** Until when a request may work, milliseconds since the epoch. */
function deadlineOf({ env }: Context): number {
  const { lambdaContext } = env as { lambdaContext: LambdaContext };
  return Date.now() + lambdaContext.getRemainingTimeInMillis() - timing.deadlineReserveMs;
}

// Before what finds the event: it may be half deleted.
app.openapi(routes.deleteEvent, async (c) => {
  const actor = await actorOf(c);
  const { id } = c.req.valid('param');
  try {
    requireOperator(actor);
  } catch (error) {
    await auditRefusal(chat, actor, { action: 'deleteEvent', eventId: id, error: error as Error });
    throw error;
  }
  const isComplete = await deleteEvent(chat, id, actor, deadlineOf(c));
  return c.body(null, isComplete ? 204 : 202);
});

// Before the body is validated, so that callers without the right learn nothing about it.
app.use('/api/events/:id/*', async (c, next) => {
  const actor = await actorOf(c);
  c.set('actor', actor);
  const id = parse(opaqueId, c.req.param('id'));
  // The audit log outlives its event.
  const mayBeGone = actor.rights.includes('operate') && c.req.path === `/api/events/${id}/audit`;
  if (!mayBeGone) await getEvent(chat, id);
  await next();
  const { error } = c;
  if (c.req.method === 'PATCH' && error instanceof ChatError && error.code === 'FORBIDDEN')
    await auditRefusal(chat, actor, { action: 'updateEvent', eventId: id, error });
});
app.use('/api/events/:id/*', async (c, next) => {
  await requireModerator(chat.table, c.req.param('id'), c.get('actor'));
  await next();
});
// The routes' own validation accepts a request that has neither a body nor a content type.
app.on(['POST', 'PUT', 'PATCH'], '/api/events/:id/*', requireUtf8, async (c, next) => {
  if (!c.req.header('content-type')) throw noJson();
  await next();
});

app.openapi(routes.updateEvent, async (c) => {
  const { status, paused, slowModeSeconds, reactions, hosts, ...details } = c.req.valid('json');
  const actor = c.get('actor');
  // Moderators and hosts may change the rules of an event, but not its details or its hosts.
  const isOperators = isAny({ ...details, hosts });
  if (isOperators) requireOperator(actor);
  const rules = { status, paused, slowModeSeconds, reactions };
  const changes = { ...rules, ...details, hosts: participantIdsOf(hosts) };
  const event = await updateEvent(chat, c.req.valid('param').id, actor, changes);
  const blockedWords = actor.rights.includes('operate') ? await getBlockedWords(chat.table, event.id) : [];
  return c.json(blockedWords.length > 0 ? { ...event, blockedWords } : event, 200);
});

app.openapi(routes.deleteMessage, async (c) => {
  const { id, seq } = c.req.valid('param');
  await deleteMessage(chat, id, c.get('actor'), { seq });
  return c.body(null, 204);
});

app.openapi(routes.eraseMessages, async (c) => {
  const { id } = c.req.valid('param');
  return c.json(await eraseMessages(chat, id, c.get('actor'), c.req.valid('query'), deadlineOf(c)), 200);
});

app.openapi(routes.publishMessage, async (c) =>
  c.json(await publish(chat, c.req.valid('param').id, c.get('actor'), c.req.valid('json')), 201),
);

app.openapi(routes.pin, async (c) =>
  c.json(await pin(chat, c.req.valid('param').id, c.get('actor'), c.req.valid('json')), 200),
);

app.openapi(routes.unpin, async (c) => {
  await unpin(chat, c.req.valid('param').id, c.get('actor'));
  return c.body(null, 204);
});

app.openapi(routes.kick, async (c) => {
  await kick(chat, c.req.valid('param').id, c.get('actor'), c.req.valid('json'));
  return c.body(null, 204);
});

app.openapi(routes.postReactions, async (c) => {
  await postReactions(chat, c.req.valid('param').id, c.get('actor'), c.req.valid('json'));
  return c.json({}, 202);
});

app.openapi(routes.ban, async (c) =>
  c.json((await ban(chat, c.req.valid('param').id, c.get('actor'), c.req.valid('json'))).ban, 200),
);

app.openapi(routes.unban, async (c) => {
  const { id, participantId } = c.req.valid('param');
  await unban(chat, id, c.get('actor'), { participantId });
  return c.body(null, 204);
});

app.openapi(routes.listBans, async (c) =>
  c.json(await listBans(chat, c.req.valid('param').id, c.req.valid('query')), 200),
);

app.openapi(routes.mute, async (c) => {
  await mute(chat, c.req.valid('param').id, c.get('actor'), c.req.valid('json'));
  return c.body(null, 204);
});

app.openapi(routes.unmute, async (c) => {
  const { id, participantId } = c.req.valid('param');
  await unmute(chat, id, c.get('actor'), { participantId });
  return c.body(null, 204);
});

app.openapi(routes.listMutes, async (c) =>
  c.json(await listMutes(chat, c.req.valid('param').id, c.req.valid('query')), 200),
);

app.openapi(routes.listAudit, async (c) => {
  const { id } = c.req.valid('param');
  const page = await listAudit(chat, id, c.req.valid('query'));
  if (page.records.length === 0) await getEvent(chat, id);
  return c.json(page, 200);
});

export const handler = serve(app);
