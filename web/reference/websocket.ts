import { type Chapter, type Entry, objectEntries, type Reference } from './entries.ts';
import { html, inline, type Markup } from './markup.ts';
import { anchorOf, exampleOf, type Schema, type Schemas, tableOf } from './schema.ts';

interface Operation {
  action: 'receive' | 'send';
  summary: string;
  messages: { $ref: string }[];
  reply?: { messages: { $ref: string }[] };
}

/** What of an AsyncAPI 3.0 document is shown. */
interface AsyncApi {
  info: { description: string };
  operations: Record<string, Operation>;
  components: {
    messages: Record<string, { payload: Schema }>;
    schemas: Record<string, Schema>;
  };
}

const last = (ref = '') => ref.slice(ref.lastIndexOf('/') + 1);

/** The WebSocket API, from its AsyncAPI document. The operations of the document are those of the server. */
export function websocketReference(document: object): Reference {
  const { info, operations, components } = document as AsyncApi;
  const schemas: Schemas = { prefix: 'websocket', named: components.schemas };
  const payloadOf = (message = '') => components.messages[message]?.payload ?? {};

  const table = (message: string, caption: string): Markup =>
    tableOf(payloadOf(message).properties?.data ?? {}, schemas, caption);
  const frame = (message: string, label: string): Markup => {
    const example = exampleOf(payloadOf(message), schemas) as object;
    const content = message in operations ? example : { ...example, id: 1 };
    return html`<pre tabindex="0" role="group" aria-label="${label}"><code>${JSON.stringify(content, undefined, 2)}</code></pre>`;
  };

  const entry = (name: string, { action, summary, messages, reply }: Operation): Entry => {
    const message = last(messages[0]?.$ref);
    const ack = last(reply?.messages[0]?.$ref);
    const what = action === 'receive' ? 'You send' : 'You get';
    return {
      anchor: anchorOf(name, schemas),
      title: name,
      content: html`<p>${inline(summary)}</p>
${table(message, `Data of ${name}`)}
${frame(message, `${what}, for example`)}
${reply ? html`${table(ack, `Data of the answer to ${name}`)}${frame(ack, `The answer to ${name}, for example`)}` : ''}`,
    };
  };
  const entries = (action: Operation['action']): Entry[] =>
    Object.entries(operations)
      .filter(([, operation]) => operation.action === action)
      .map(([name, operation]) => entry(name, operation));

  const chapters: Chapter[] = [
    { title: 'Actions', entries: entries('receive') },
    { title: 'Events', entries: entries('send') },
    { title: 'Objects', entries: objectEntries(schemas) },
  ];
  const { description } = info;
  return { anchor: 'websocket', title: 'WebSocket API', document: '/asyncapi.json', description, chapters };
}
