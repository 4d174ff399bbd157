import { createMiddleware } from 'hono/factory';
import { createEvent } from '../../shared/chat/create-event.ts';
import { listActiveEvents } from '../../shared/chat/get-active-events.ts';
import { getEvent } from '../../shared/chat/get-event.ts';
import { readableEnd, readPage } from '../../shared/chat/history.ts';
import { auditRefusal } from '../../shared/chat/moderation/audit.ts';
import { listAudit } from '../../shared/chat/moderation/lists.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { httpRoutes } from '../../shared/protocol/http-routes.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { authenticate } from '../context/authenticate.ts';
import { chat } from '../context/chat.ts';
import { actorOf } from './actor-of.ts';
import { type Env, fromHono, newApp } from './app.ts';
import { asyncApiDocument } from './asyncapi-document.ts';
import { openApiDocument } from './openapi-document.ts';
import { participantIdsOf } from './participant-ids-of.ts';
import { requireUtf8 } from './require-utf8.ts';
import * as routes from './routes.ts';
import { serve } from './serve.ts';

/** The routes that everybody may read, and the creation of events, which needs an operator. */
const app = newApp();

/** What everybody may read may be a second old: a crowd that polls costs what one of them does. */
const shared = { 'Cache-Control': 'public, max-age=1' };

app.openapi(routes.listEvents, async (c) =>
  c.json(await listActiveEvents(chat, c.req.valid('query'), limits.pageBytes), 200, shared),
);

app.openapi(routes.getEvent, async (c) => c.json(await getEvent(chat, c.req.valid('param').id), 200, shared));

// Before the body is validated, so that callers without the right learn nothing about it.
const requireOperator = createMiddleware<Env>(async (c, next) => {
  if (!c.get('actor').rights.includes('operate')) throw new ChatError('FORBIDDEN');
  await next();
});
const withActor = createMiddleware<Env>(async (c, next) => {
  c.set('actor', await actorOf(c));
  await next();
});
app.on('POST', routes.createEvent.path, withActor, async (c, next) => {
  await next();
  if (!c.error) return;
  await auditRefusal(chat, c.get('actor'), { action: 'createEvent', error: fromHono(c.error) });
});
app.on('POST', routes.createEvent.path, requireOperator, requireUtf8);
app.openapi(routes.createEvent, async (c) => {
  const { hosts, ...details } = c.req.valid('json');
  const event = await createEvent(chat, c.get('actor'), { ...details, hosts: participantIdsOf(hosts) });
  const { blockedWords = [] } = details;
  const written = blockedWords.length > 0 ? { ...event, blockedWords } : event;
  return c.json(written, 201, { Location: `/api/events/${event.id}` });
});

app.on('GET', routes.listRefusals.path, withActor, requireOperator);
app.openapi(routes.listRefusals, async (c) =>
  c.json(await listAudit(chat, undefined, c.req.valid('query')), 200),
);

app.openapi(routes.listMessages, async (c) => {
  const { id } = await getEvent(chat, c.req.valid('param').id);
  return c.json(
    await readPage(chat.table, id, await readableEnd(chat.table, id), c.req.valid('query'), limits.pageBytes),
    200,
    shared,
  );
});

/** The documents change with deployments only. */
const described = { 'Cache-Control': 'public, max-age=300' };
app.get(httpRoutes.openapi.path, (c) =>
  c.json(openApiDocument(authenticate ? 'token' : 'iam'), 200, described),
);
app.get(httpRoutes.asyncapi.path, (c) => c.json(asyncApiDocument(), 200, described));

export const handler = serve(app);
