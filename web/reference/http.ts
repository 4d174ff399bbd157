import { type Entry, objectEntries, type Reference } from './entries.ts';
import { html, inline, type Markup } from './markup.ts';
import { anchorOf, type Schema, type Schemas, tableOf, typeOf } from './schema.ts';

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: object[];
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

/** What of an OpenAPI 3.1 document is shown. */
interface OpenApi {
  info: { description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const schemaOf = ({ content }: Content): Schema | undefined => content?.['application/json']?.schema;

/** The HTTP API, from its OpenAPI document. */
export function httpReference(document: object): Reference {
  const { info, tags, paths, components } = document as OpenApi;
  const schemas: Schemas = { prefix: 'http', named: components.schemas };
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const entry = ({ method, path, operation }: (typeof all)[number]): Entry => ({
    anchor: anchorOf(operation.operationId, schemas),
    title: operation.operationId,
    content: html`<p class="route"><code>${method.toUpperCase()} ${path}</code></p>
<p>${inline(operation.summary)}${operation.security.length > 0 ? ' (needs credentials)' : ''}</p>
${parametersOf(operation, schemas)}
${bodyOf(operation, schemas)}
${answersOf(operation, schemas)}`,
  });
  const chapters = tags.map(({ name }) => ({
    title: name,
    entries: all.filter(({ operation }) => operation.tags.includes(name)).map(entry),
  }));
  return {
    anchor: 'http',
    title: 'HTTP API',
    document: '/openapi.json',
    description: info.description,
    chapters: [...chapters, { title: 'Objects', entries: objectEntries(schemas) }],
  };
}

function parametersOf({ operationId, parameters = [] }: Operation, schemas: Schemas): Markup {
  const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  return tableOf({ properties, required }, schemas, `Parameters of ${operationId}`);
}

function bodyOf({ operationId, requestBody }: Operation, schemas: Schemas): Markup {
  const schema = requestBody && schemaOf(requestBody);
  return schema ? tableOf(schema, schemas, `Body of ${operationId}`) : html``;
}

/** What it answers when it succeeds, and with which status codes it refuses. */
function answersOf({ operationId, responses }: Operation, schemas: Schemas): Markup {
  const refusals = Object.keys(responses).filter((status) => status >= '400');
  const answers = Object.entries(responses).filter(([status]) => status < '400');
  return html`${answers.map(([status, response]) => {
    const schema = schemaOf(response);
    const isNamed = schema?.$ref !== undefined;
    return html`<p><strong>${status}</strong> ${inline(response.description)}${isNamed ? html`: ${typeOf(schema, schemas)}` : ''}</p>
${schema && !isNamed ? tableOf(schema, schemas, `Answer of ${operationId}`) : ''}`;
  })}
<p><strong>${refusals.join(', ')}</strong> ${typeOf({ $ref: '#/components/schemas/Error' }, schemas)}</p>`;
}
