import { setImmediate as turn } from 'node:timers/promises';
import { inject } from 'vitest';
import type { DynamoDB } from '../../local/dynamodb/dynamodb-local.ts';
import { startMemoryDynamoDB } from '../../local/dynamodb/memory/memory-server.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTableAt } from './table.ts';

let memory: Promise<DynamoDB> | undefined;

/** Where that database is, for functions, which reach it over HTTP. */
export async function databaseEndpoint(): Promise<string> {
  if (!inject('isDynamoDBInMemory')) return inject('dynamodbEndpoint');
  memory ??= startMemoryDynamoDB();
  return (await memory).endpoint;
}

/** An empty table on the suite's DynamoDB Local, or in the memory of this process, without HTTP. */
export async function newTable(): Promise<Table> {
  if (!inject('isDynamoDBInMemory')) return newTableAt(inject('dynamodbEndpoint'));
  memory ??= startMemoryDynamoDB();
  const { endpoint, answer } = await memory;
  return newTableAt(endpoint, answer && { requestHandler: { handle: handlerOf(answer) } });
}

interface Request {
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Others have their turn while a request is on its way, and while its answer is. */
const handlerOf =
  (answer: NonNullable<DynamoDB['answer']>) =>
  async ({ headers, body }: Request) => {
    await turn();
    const { status, output } = answer(`${headers['x-amz-target']}`, new TextDecoder().decode(body));
    const content = Buffer.from(JSON.stringify(output));
    await turn();
    return {
      response: {
        statusCode: status,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: content,
      },
    };
  };
