import * as z from 'zod';
import { person, queryFields, rules } from '../../shared/protocol/client-to-server.ts';
import { auditSchema, eventSchema, messageSchema } from '../../shared/protocol/entities.ts';
import { httpRoutes } from '../../shared/protocol/http-routes.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { optional, removable } from '../../shared/protocol/optional.ts';
import { description, eventName, instant, opaqueId } from '../../shared/protocol/text.ts';

/** What the descriptions of the routes have in common. */

const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      requestId: z.string().optional(),
      reason: z.string().optional(),
    }),
  })
  .openapi('Error');

export const event = eventSchema.openapi('Event');
export const message = messageSchema.openapi('Message');
export const record = auditSchema.openapi('AuditRecord');

export const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
export const refusals = <Status extends number>(...statuses: Status[]) =>
  Object.fromEntries(
    statuses.map((status) => [status, answer('The request was refused', errorSchema)]),
  ) as Record<Status, ReturnType<typeof answer<typeof errorSchema>>>;
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

/** Digits in the query string, an integer in the OpenAPI document. */
const integer = (bounds: { minimum: number; maximum?: number; default?: number }) =>
  ({ ...bounds, type: 'integer', pattern: undefined }) as { type: 'integer' };
export const seq = queryFields.seq.openapi(integer({ minimum: 0 }));
export const page = {
  limit: queryFields.limit.openapi(
    integer({ minimum: 1, maximum: limits.pageLength, default: limits.historyLength }),
  ),
  cursor: queryFields.cursor,
};
export const params = z.object({ id: opaqueId });

/** What operators set of an event. */
const name = eventName.openapi({ maxLength: limits.eventNameLength });
const hosts = optional(z.array(person).max(limits.hosts, `must have at most ${limits.hosts} entries`));
const { slowModeSeconds } = rules;
export const creation = z.object({
  name,
  description: optional(description),
  startsAt: optional(instant),
  endsAt: optional(instant),
  hosts,
  slowModeSeconds,
});
export const changes = z.object({
  name: optional(name),
  description: removable(description),
  startsAt: removable(instant),
  endsAt: removable(instant),
  hosts,
  ...rules,
});

/** Where a route is, without what OpenAPI does not know. */
export function at<Name extends keyof typeof httpRoutes>(name: Name) {
  const { method, path }: (typeof httpRoutes)[Name] = httpRoutes[name];
  return { method, path };
}

/** A route that needs credentials: a token where an issuer is set, IAM credentials otherwise. */
export const protectedRoute = { security: [{ credentials: [] }] };
