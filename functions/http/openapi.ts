import * as z from 'zod';
import { person, queryFields, rules } from '../../shared/protocol/client-to-server.ts';
import { eventSchema, messageSchema } from '../../shared/protocol/entities.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { description, eventName, instant, opaqueId } from '../../shared/protocol/text.ts';

/** The parts that the routes of the HTTP API are described with. */

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

export const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
export const refusals = <Status extends number>(...statuses: Status[]) =>
  Object.fromEntries(statuses.map((status) => [status, answer('Refused', errorSchema)])) as Record<
    Status,
    ReturnType<typeof answer<typeof errorSchema>>
  >;
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

/** Digits on the wire, a number to whoever reads the document. */
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

/** What an operator says of an event. */
const details = z.object({
  name: eventName.openapi({ maxLength: limits.eventNameLength }),
  description: description.optional(),
  startsAt: instant.optional(),
  endsAt: instant.optional(),
  hosts: z.array(person).max(limits.hosts, `must be at most ${limits.hosts}`).optional(),
});
export const creation = details.extend({ slowModeSeconds: rules.slowModeSeconds });
export const changes = details.partial().extend(rules);

/** For those who show credentials: a token where there is an issuer, IAM credentials elsewhere. */
export const protectedRoute = { security: [{ credentials: [] }] };
