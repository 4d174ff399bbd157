import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listen } from '../../loopback.ts';
import type { DynamoDB } from '../dynamodb-local.ts';
import { DynamoDBException } from './errors.ts';
import { MemoryDynamoDB } from './memory-dynamodb.ts';
import { Streams } from './streams.ts';

/** DynamoDB in the memory of this process, with its HTTP API and that of its streams. What it holds ends with it. */
export async function startMemoryDynamoDB(): Promise<DynamoDB> {
  const streams: Streams = new Streams(() => database.tables);
  const database = new MemoryDynamoDB({
    now: () => Date.now(),
    onRecord: (table, record) => streams.add(table, record),
  });
  const answer = answerer(database, streams);
  const server = createServer(async (req, res) => {
    const { status, output } = answer(String(req.headers['x-amz-target']), await readAll(req));
    const content = Buffer.from(JSON.stringify(output));
    res.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'content-length': content.length });
    res.end(content);
  });
  // Whoever is frozen must find their connections open.
  server.keepAliveTimeout = 3_600_000;
  const port = await listen(server, 0, '127.0.0.1');
  return { endpoint: `http://127.0.0.1:${port}`, kind: 'memory', answer, stop: () => closeServer(server) };
}

const answerer =
  (database: MemoryDynamoDB, streams: Streams): NonNullable<DynamoDB['answer']> =>
  (target, body) => {
    try {
      const [api, operation = ''] = target.split('.');
      const input = typeof body === 'string' ? parse(body) : body;
      const output =
        api === 'DynamoDBStreams_20120810' ? streams.call(operation, input) : database.call(operation, input);
      return { status: 200, output };
    } catch (error) {
      if (error instanceof DynamoDBException) return { status: 400, output: refusal(error) };
      const __type = `${prefix}InternalServerError`;
      return {
        status: 500,
        output: { __type, message: error instanceof Error ? error.message : `${error}` },
      };
    }
  };

async function readAll(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const prefix = 'com.amazonaws.dynamodb.v20120810#';

const refusal = ({ name, message, Item, CancellationReasons }: DynamoDBException) => ({
  __type: `${name === 'ValidationException' ? 'com.amazon.coral.validate#' : prefix}${name}`,
  message,
  ...(Item && { Item }),
  ...(CancellationReasons && { CancellationReasons }),
});

function parse(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new DynamoDBException('SerializationException', 'The request is not JSON');
  }
}
