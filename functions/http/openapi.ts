// Gives schemas the method `openapi`; those that may have been made before are cloned.
import '@hono/zod-openapi';
import * as z from 'zod';
import { person, queryFields, rules } from '../../shared/protocol/client-to-server.ts';
import { auditSchema, eventSchema, messageSchema } from '../../shared/protocol/entities.ts';
import { httpRoutes } from '../../shared/protocol/http-routes.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { optional, removable } from '../../shared/protocol/optional.ts';
import { errorSchema } from '../../shared/protocol/server-to-client.ts';
import { blockedWord, description, eventName, instant, opaqueId } from '../../shared/protocol/text.ts';

/** What the descriptions of the routes have in common. */

const refusal = z.object({ error: errorSchema }).openapi('Error');

export const event = eventSchema.clone().openapi('Event');
export const message = messageSchema.clone().openapi('Message');
/** An event as operators get it who have written it. */
export const writtenEvent = eventSchema
  .extend({ blockedWords: z.array(z.string()).optional().describe('Only for operators.') })
  .openapi('WrittenEvent');
export const record = auditSchema.clone().openapi('AuditRecord');

export const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
export const refusals = <Status extends number>(...statuses: Status[]) =>
  Object.fromEntries(
    statuses.map((status) => [status, answer('The request was refused', refusal)]),
  ) as Record<Status, ReturnType<typeof answer<typeof refusal>>>;
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

/** Digits in the query string, an integer in the OpenAPI document. */
const integer = (bounds: { minimum: number; maximum?: number; default?: number }) =>
  ({ ...bounds, type: 'integer', pattern: undefined }) as { type: 'integer' };
export const seq = queryFields.seq.clone().openapi(integer({ minimum: 0 }));
export const page = {
  limit: queryFields.limit
    .clone()
    .openapi(integer({ minimum: 1, maximum: limits.pageLength, default: limits.historyLength })),
  cursor: queryFields.cursor,
};
export const params = z.object({ id: opaqueId });

/** What operators set of an event. */
const hosts = optional(z.array(person).max(limits.hosts, `must have at most ${limits.hosts} entries`));
const { slowModeSeconds, reactions } = rules;
const denied = z.enum(['allow', 'deny'], 'must be "allow" or "deny"');
const operatorsRules = {
  blockedWords: optional(
    z.array(blockedWord).max(limits.blockedWords, `must have at most ${limits.blockedWords} entries`),
  ).describe('Whole words or phrases that nobody but moderators may send.'),
  links: optional(denied),
  repeats: optional(denied),
};
export const creation = z.object({
  name: eventName,
  description: optional(description),
  startsAt: optional(instant),
  endsAt: optional(instant),
  hosts,
  slowModeSeconds,
  reactions,
  ...operatorsRules,
});
export const changes = z.object({
  name: optional(eventName),
  description: removable(description),
  startsAt: removable(instant),
  endsAt: removable(instant),
  hosts,
  ...rules,
  ...operatorsRules,
});

/** Everything that can be done, by what it concerns. */
export const tags = [
  { name: 'Events', description: 'List, read, create and change events.' },
  { name: 'Messages', description: 'Read, publish, pin and delete the messages of an event.' },
  {
    name: 'Moderation',
    description: 'Remove or mute people, and see who did. For moderators, hosts and operators.',
  },
] as const;

/** What a route is called and where it is, without what OpenAPI does not know. */
export function at<Name extends keyof typeof httpRoutes>(name: Name, tag: (typeof tags)[number]['name']) {
  const { method, path }: (typeof httpRoutes)[Name] = httpRoutes[name];
  return { operationId: name, tags: [tag], method, path };
}

/** A route that needs credentials: a token where an issuer is set, IAM credentials otherwise. */
export const protectedRoute = { security: [{ credentials: [] }] };
/** A route that everybody may use. */
export const openRoute = { security: [] };
