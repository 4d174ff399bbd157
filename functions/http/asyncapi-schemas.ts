import * as z from 'zod';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import {
  authorSchema,
  banSchema,
  eventSchema,
  messageSchema,
  participantSchema,
} from '../../shared/protocol/entities.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { replies } from '../../shared/protocol/replies.ts';
import { errorSchema, serverToClient } from '../../shared/protocol/server-to-client.ts';

/** What stands elsewhere in the document. */
export const ref = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });

type Described = z.core.JSONSchema.BaseSchema;

const entities = {
  Event: eventSchema,
  Message: messageSchema,
  Participant: participantSchema,
  Author: authorSchema,
  Ban: banSchema,
  Error: errorSchema,
};

/** The names of the schemas in the document. One that several actions share has the name of the first. */
function nameSchemas() {
  const names = z.registry<{ id: string }>();
  const add = (suffix: string, all: Record<string, z.ZodType>) => {
    for (const [name, schema] of Object.entries(all)) {
      if (!names.has(schema)) names.add(schema, { id: `${name}${suffix}` });
    }
  };
  add('', entities);
  add('.data', clientToServer);
  add('.ack', replies);
  add('.event', serverToClient);
  return names;
}

/** The schemas of everything that is exchanged, as JSON Schema, and where each of them is. */
export function asyncApiSchemas() {
  const names = nameSchemas();
  const uri = (name: string) => ref('components', 'schemas', name).$ref;
  const { schemas } = z.toJSONSchema(names, {
    target: 'draft-7',
    // What clients must send; and of what they get, no promise that there will never be more fields.
    io: 'input',
    uri,
    override: ({ jsonSchema }) => withoutSafeBounds(jsonSchema),
  });
  const requestId: Described = {
    description: 'Chosen by the client. The answer has the same one.',
    anyOf: [
      { type: 'string', maxLength: limits.requestIdLength },
      { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    ],
  };
  return {
    schemas: { ...Object.fromEntries(Object.entries(schemas).map(embedded)), RequestId: requestId },
    refTo: (schema: z.ZodType) => ref('components', 'schemas', names.get(schema)?.id ?? ''),
  };
}

/** A schema within a document has the document's dialect and address. */
const embedded = ([name, { $schema, $id, ...schema }]: [string, Described]) => [name, schema] as const;

/** That an integer is exact in JavaScript goes without saying. */
function withoutSafeBounds(schema: Described): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
