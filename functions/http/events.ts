import type { Context } from 'hono';
import { except } from 'hono/combine';
import { createMiddleware } from 'hono/factory';
import { createEvent } from '../../shared/chat/create-event.ts';
import { exportMessages } from '../../shared/chat/export-messages.ts';
import { getEvent } from '../../shared/chat/get-event.ts';
import { readableEnd, readPage } from '../../shared/chat/history.ts';
import { readAround } from '../../shared/chat/history-at.ts';
import { listEvents } from '../../shared/chat/list-events.ts';
import { auditRefusal } from '../../shared/chat/moderation/audit.ts';
import { listAudit } from '../../shared/chat/moderation/lists.ts';
import { requireOperator } from '../../shared/chat/moderation/require-moderator.ts';
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

// Before the body is validated, so that callers without the right learn nothing about it.
const operatorsOnly = createMiddleware<Env>(async (c, next) => {
  requireOperator(c.get('actor'));
  await next();
});
const withActor = createMiddleware<Env>(async (c, next) => {
  c.set('actor', await actorOf(c));
  await next();
});

// API Gateway leaves this route open. Without an issuer it says of nobody who they are.
const isOpen = ({ req }: Context) => !authenticate || !req.queries('status')?.includes('ended');
app.on('GET', routes.listEvents.path, except(isOpen, withActor, operatorsOnly));
app.openapi(routes.listEvents, async (c) => {
  const query = c.req.valid('query');
  const page = await listEvents(chat, query, limits.pageBytes);
  return c.json(page, 200, authenticate && query.status === 'ended' ? {} : shared);
});

app.openapi(routes.getEvent, async (c) => c.json(await getEvent(chat, c.req.valid('param').id), 200, shared));

app.on('POST', routes.createEvent.path, withActor, async (c, next) => {
  await next();
  if (!c.error) return;
  await auditRefusal(chat, c.get('actor'), { action: 'createEvent', error: fromHono(c.error) });
});
app.on('POST', routes.createEvent.path, operatorsOnly, requireUtf8);
app.openapi(routes.createEvent, async (c) => {
  const { hosts, ...details } = c.req.valid('json');
  const event = await createEvent(chat, c.get('actor'), { ...details, hosts: participantIdsOf(hosts) });
  const { blockedWords = [] } = details;
  const written = blockedWords.length > 0 ? { ...event, blockedWords } : event;
  return c.json(written, 201, { Location: `/api/events/${event.id}` });
});

app.on('GET', routes.listRefusals.path, withActor, operatorsOnly);
app.openapi(routes.listRefusals, async (c) =>
  c.json(await listAudit(chat, undefined, c.req.valid('query')), 200),
);

app.openapi(routes.listMessages, async (c) => {
  const { id } = await getEvent(chat, c.req.valid('param').id);
  const { at, ...query } = c.req.valid('query');
  const end = await readableEnd(chat.table, id);
  const page =
    at === undefined
      ? readPage(chat.table, id, end, query, limits.pageBytes)
      : readAround(chat.table, id, end, { at, ...query }, limits.pageBytes);
  return c.json(await page, 200, shared);
});

app.on('GET', routes.exportMessages.getRoutingPath(), withActor, operatorsOnly);
app.openapi(routes.exportMessages, async (c) => {
  const { id } = await getEvent(chat, c.req.valid('param').id);
  const { lines, next } = await exportMessages(chat, id, c.req.valid('query'));
  const link = next === undefined ? {} : { Link: `</api/events/${id}/export?after=${next}>; rel="next"` };
  // Routes are typed for JSON only.
  return c.body(lines, 200, { 'Content-Type': 'application/x-ndjson', ...link }) as never;
});

/** The documents change with deployments only. */
const described = { 'Cache-Control': 'public, max-age=300' };
app.get(httpRoutes.openapi.path, (c) =>
  c.json(openApiDocument(authenticate ? 'token' : 'iam'), 200, described),
);
app.get(httpRoutes.asyncapi.path, (c) => c.json(asyncApiDocument(), 200, described));

export const handler = serve(app);
