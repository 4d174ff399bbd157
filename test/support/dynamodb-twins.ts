import { createServer } from 'node:http';
import { startMemoryDynamoDB } from '../../local/dynamodb/memory/memory-server.ts';
import { closeServer, listen } from '../../local/loopback.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What was asked, and what each of two answered. */
export interface Asked {
  readonly operation: string;
  readonly input: unknown;
  readonly local: unknown;
  readonly memory: unknown;
}

/**
 * A DynamoDB that asks two: the one at `local`, whose answer it gives, and one in memory. One request after the other,
 * so that both have the same before them. `onAsked` hears what both said, in a form in which answers that mean the same
 * are equal.
 */
export async function startTwins(local: string, onAsked: (asked: Asked) => void) {
  const memory = await startMemoryDynamoDB();
  let turn: Promise<unknown> = Promise.resolve();
  const askBoth = async (target: string, body: string): Promise<Answer> => {
    const [ofLocal, ofMemory] = [await ask(local, target, body), await ask(memory.endpoint, target, body)];
    onAsked({
      operation: target.split('.')[1] ?? '',
      input: JSON.parse(body),
      local: comparable(ofLocal),
      memory: comparable(ofMemory),
    });
    return ofLocal;
  };
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const asking = turn.then(() =>
      askBoth(String(req.headers['x-amz-target']), Buffer.concat(chunks).toString()),
    );
    turn = asking.catch(() => {});
    const { status, body } = await asking;
    res.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  const port = await listen(server, 0, '127.0.0.1');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    memory: memory.endpoint,
    stop: async () => {
      await closeServer(server);
      await memory.stop();
    },
  };
}

/** DynamoDB Local wants to see a signature and does not check it. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

async function ask(endpoint: string, target: string, body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, authorization };
  const response = await fetch(endpoint, { method: 'POST', headers, body });
  return { status: response.status, body: await response.text() };
}

function comparable({ status, body }: Answer): unknown {
  const { __type, message = null, Message = message, ConsumedCapacity: _, ...output } = JSON.parse(body);
  return { status, error: __type?.split('#')[1], message: Message, ...ordered(output) };
}

/** Members of sets, and the items of a batch, come in any order; so do names. */
function ordered(value: unknown, name = ''): object {
  // Of a failed ConditionCheck, DynamoDB Local says it with a full stop.
  if (name === 'Message') return `${value}`.replace(/\.$/, '') as never;
  if (typeof value !== 'object' || value === null) return value as never;
  if (Array.isArray(value)) {
    const all = value.map((one) => ordered(one));
    return /^([SNB]S|batch)$/.test(name) ? byText(all) : all;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, one]) => [key, ordered(one, name === 'Responses' ? 'batch' : key)]),
  );
}

const byText = (all: object[]) =>
  all
    .map((one) => JSON.stringify(one))
    .sort()
    .map((text) => JSON.parse(text));
