import { html, inline, join, type Markup } from './markup.ts';

/** What both documents use of JSON Schema. */
export interface Schema {
  $ref?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  not?: Schema;
  additionalProperties?: boolean | Schema;
  format?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}

/** The named schemas of one document, and what their anchors begin with. */
export interface Schemas {
  prefix: string;
  named: Record<string, Schema>;
}

const nameIn = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);
const code = (value: unknown): Markup => html`<code>${JSON.stringify(value)}</code>`;

/** A schema itself, where it stands elsewhere, or adds a description to another. */
function resolved(schema: Schema, { named }: Schemas): Schema {
  const target = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  const found = target === undefined ? undefined : named[nameIn(target)];
  return found ? resolved(found, { prefix: '', named }) : schema;
}

/** Only objects have an entry of their own; the rest is said in a word. */
const hasEntry = (name: string) => /^[A-Z]/.test(name) && name !== 'RequestId';

export const objectsOf = ({ named }: Schemas): string[] => Object.keys(named).filter(hasEntry);

export const anchorOf = (name: string, { prefix }: Schemas): string => `${prefix}-${name}`;

export function typeOf(schema: Schema, schemas: Schemas): Markup {
  const { $ref, type = [], items, anyOf, enum: values } = schema;
  if ($ref !== undefined) {
    const name = nameIn($ref);
    if (hasEntry(name)) return html`<a href="#${anchorOf(name, schemas)}">${name}</a>`;
    return typeOf(resolved(schema, schemas), schemas);
  }
  if (schema.const !== undefined) return code(schema.const);
  if (values) return join(values.map(code), ' | ');
  if (anyOf)
    return join(
      withoutNull(anyOf).map((one) => typeOf(one, schemas)),
      ' | ',
    );
  if (items) return html`list of ${typeOf(items, schemas)}`;
  const kinds = [type].flat().filter((kind) => kind !== 'null');
  return html`${kinds.join(' | ') || 'object'}`;
}

const withoutNull = (schemas: readonly Schema[]) => schemas.filter(({ type }) => type !== 'null');

/** What the type alone does not say. `null` is the same as leaving out, everywhere, and not repeated. */
function limitsOf(schema: Schema): string[] {
  const [only, ...more] = withoutNull(schema.anyOf ?? []);
  if (only && more.length === 0) return limitsOf(only);
  const { minLength = 0, maxLength, minimum, maximum, maxItems, format } = schema;
  const isExact = maximum === undefined || maximum < Number.MAX_SAFE_INTEGER;
  return [
    maxLength === undefined
      ? ''
      : `${minLength === 0 ? 'at most' : `${minLength} to`} ${maxLength} characters`,
    minimum === undefined || minimum < 0
      ? ''
      : maximum !== undefined && isExact
        ? `${minimum} to ${maximum}`
        : `from ${minimum}`,
    maxItems === undefined ? '' : `at most ${maxItems}`,
    format === 'date-time' ? 'ISO 8601' : '',
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ].filter((limit) => limit !== '');
}

interface Field {
  path: string;
  schema: Schema;
  isRequired: boolean;
}

/** The fields of an object, with those of objects in it that have no name. */
function fieldsOf(schema: Schema, schemas: Schemas, path = ''): Field[] {
  const { properties = {}, required = [] } = resolved(schema, schemas);
  return Object.entries(properties)
    .filter(([, field]) => field.not === undefined)
    .flatMap(([name, field]) => {
      const own = { path: `${path}${name}`, schema: field, isRequired: required.includes(name) };
      const inner = field.items ?? field;
      return [own, ...(inner.properties ? fieldsOf(inner, schemas, `${own.path}.`) : [])];
    });
}

const rowOf = ({ path, schema, isRequired }: Field, schemas: Schemas): Markup => html`<tr>
<th scope="row"><code>${path}</code>${isRequired ? '' : html` <span class="quiet">optional</span>`}</th>
<td>${typeOf(schema, schemas)}</td>
<td>${join(
  [inline(schema.description), ...limitsOf(schema).map((limit) => inline(limit))].filter(
    ({ text }) => text !== '',
  ),
  ' · ',
)}</td>
</tr>`;

/** A table of the fields of an object; several, where it has one of several forms. */
export function tableOf(schema: Schema, schemas: Schemas, caption: string): Markup {
  const { anyOf } = resolved(schema, schemas);
  if (anyOf) {
    return html`${anyOf.map((one, index) => tableOf(one, schemas, index === 0 ? caption : `${caption}, or`))}`;
  }
  const fields = fieldsOf(schema, schemas);
  if (fields.length === 0) return html``;
  return html`<div class="table" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${fields.map((field) => rowOf(field, schemas))}</tbody>
</table></div>`;
}

/** A value of a schema, as short as it may be. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const {
    const: value,
    enum: values,
    anyOf,
    type,
    items,
    properties,
    required = [],
  } = resolved(schema, schemas);
  if (value !== undefined) return value;
  if (values) return values[0];
  if (anyOf?.[0]) return exampleOf(anyOf[0], schemas);
  const [kind] = [type].flat();
  if (kind === 'integer' || kind === 'number') return 1;
  if (kind === 'boolean') return true;
  if (kind === 'string') return '…';
  if (kind === 'array') return items ? [exampleOf(items, schemas)] : [];
  const needed = Object.entries(properties ?? {}).filter(([name]) => required.includes(name));
  return Object.fromEntries(needed.map(([name, field]) => [name, exampleOf(field, schemas)]));
}
