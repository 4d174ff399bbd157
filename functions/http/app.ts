import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { createEvent } from '../../shared/chat/create-event.ts';
import { listActiveEvents } from '../../shared/chat/get-active-events.ts';
import { getEvent } from '../../shared/chat/get-event.ts';
import { readableEnd, readPage } from '../../shared/chat/history.ts';
import { updateEvent } from '../../shared/chat/update-event.ts';
import { ChatError, toChatError } from '../../shared/protocol/errors.ts';
import { badRequest, toIssue } from '../../shared/protocol/parse.ts';
import { chat } from '../context/chat.ts';
import { log } from '../context/observe.ts';
import * as routes from './routes.ts';

const MAX_BODY_BYTES = 64 * 1024;

export const app = new OpenAPIHono({
  defaultHook: (result) => {
    if (!result.success) throw new ChatError('BAD_REQUEST', { issues: result.error.issues.map(toIssue) });
  },
});

app.use(
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new ChatError('TOO_LARGE');
    },
  }),
);

app.openapi(routes.listEvents, async (c) =>
  c.json(await listActiveEvents(chat, c.req.valid('query'), 0), 200),
);

app.openapi(routes.getEvent, async (c) => c.json(await getEvent(chat, c.req.valid('param').id), 200));

app.openapi(routes.createEvent, async (c) => {
  const event = await createEvent(chat, c.req.valid('json'));
  return c.json(event, 201, { Location: `/api/events/${event.id}` });
});

app.openapi(routes.updateEvent, async (c) =>
  c.json(await updateEvent(chat, c.req.valid('param').id, c.req.valid('json')), 200),
);

app.openapi(routes.listMessages, async (c) => {
  const { id } = await getEvent(chat, c.req.valid('param').id);
  return c.json(
    await readPage(chat.table, id, await readableEnd(chat.table, id), c.req.valid('query'), 0),
    200,
  );
});

app.doc31('/openapi.json', {
  openapi: '3.1.0',
  info: {
    title: 'Live event chat',
    version: '1.0.0',
    description: 'The events of the chat and their messages.',
  },
});

app.notFound((c) => c.json({ message: 'Not Found' }, 404));

app.onError((error, c) => {
  const requestId = crypto.randomUUID();
  const refusal = toChatError(fromHono(error), requestId);
  if (refusal.code === 'INTERNAL') log.error('request failed', { requestId, error });
  return c.json({ error: refusal.toData() }, refusal.status as ContentfulStatusCode);
});

/** What hono itself refuses: a body that is no JSON, or does not say that it is. */
function fromHono(error: Error): Error {
  if (!(error instanceof HTTPException) || error.status >= 500) return error;
  return badRequest('', 'the body must be JSON, with the header content-type: application/json');
}
