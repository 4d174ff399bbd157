import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { callDynamoDB, DynamoDBError } from '../../local/dynamodb/call.ts';
import { type Asked, startTwins } from '../support/dynamodb-twins.ts';
import { newTableAt } from '../support/table.ts';
import { requests } from './memory-arbitraries.ts';
import { refusals } from './memory-refusals.ts';

/**
 * The DynamoDB in memory (local/dynamodb/memory) answers as DynamoDB Local does, if there is one. `RUNS=1000` tries more
 * sequences of requests; `SEED=7` those of one seed.
 */
const { RUNS = '40', SEED } = process.env;

describe.skipIf(inject('isDynamoDBInMemory'))('the DynamoDB in memory', () => {
  let twins: Awaited<ReturnType<typeof startTwins>>;
  let tableName: string;
  let asked: Asked[] = [];
  beforeAll(async () => {
    twins = await startTwins(inject('dynamodbEndpoint'), (one) => asked.push(one));
    tableName = (await newTableAt(twins.endpoint)).name;
  });
  afterAll(() => twins.stop());

  async function ask(operation: string, input: unknown): Promise<Asked> {
    asked = [];
    await callDynamoDB(twins.endpoint, operation, input as object).catch((error: unknown) => {
      if (!(error instanceof DynamoDBError)) throw error;
    });
    const [both] = asked;
    if (!both || asked.length > 1) throw new Error(`${operation} was asked ${asked.length} times`);
    return both;
  }

  const allRefused = Object.entries(refusals).flatMap(([operation, inputs]) =>
    inputs.map((input) => [operation, JSON.stringify(input).slice(0, 100), input] as const),
  );
  test.for(allRefused)('refuses as DynamoDB Local does: %s %s', async ([operation, , input]) => {
    const Item = { pk: { S: 'refused' }, sk: { S: 'b' }, taken: { S: 'x' } };
    await ask('PutItem', { TableName: tableName, Item });
    const isOfMany = /^(Batch|Transact|Nope)/.test(operation);
    const body = JSON.stringify({ ...(!isOfMany && { TableName: tableName }), ...input });
    const { local, memory } = await ask(operation, JSON.parse(body.replaceAll('"TABLE"', `"${tableName}"`)));
    expect(local).toMatchObject({ status: 400 });
    expect(memory).toEqual(local);
  });

  test('answers random requests as DynamoDB Local does', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          requests(tableName, () => 'RUN#'),
          { minLength: 5, maxLength: 25 },
        ),
        async (sequence) => {
          runs += 1;
          for (const { operation, input } of sequence) {
            const body = JSON.parse(JSON.stringify(input).replaceAll('RUN#', `${runs}#`));
            let from: unknown;
            do {
              const both = await ask(operation, { ...body, ...(from ? { ExclusiveStartKey: from } : {}) });
              const [local, memory] = meaning(both);
              expect({ ...both, memory }).toEqual({ ...both, memory: local });
              from = (both.local as { LastEvaluatedKey?: unknown }).LastEvaluatedKey;
            } while (from);
          }
        },
      ),
      { numRuns: Number(RUNS), ...(SEED !== undefined && { seed: Number(SEED) }) },
    );
  });

  test.for([true, false])(
    'ends a page at 1 MB as DynamoDB Local does (forward: %s)',
    async (ScanIndexForward) => {
      const items = Array.from({ length: 30 }, (_, index) => ({
        pk: { S: 'pages' },
        sk: { S: String(index).padStart(2, '0') },
        text: { S: 'é'.repeat(40_000) },
      }));
      for (const Item of items) await ask('PutItem', { TableName: tableName, Item });
      const sizes: unknown[] = [];
      let from: unknown;
      do {
        const { local, memory } = await ask('Query', {
          ...{ TableName: tableName, KeyConditionExpression: 'pk = :pk', ScanIndexForward },
          ExpressionAttributeValues: { ':pk': { S: 'pages' } },
          ...(from ? { ExclusiveStartKey: from } : {}),
        });
        expect(memory).toEqual(local);
        const page = local as Page;
        sizes.push(page.Count);
        from = page.LastEvaluatedKey;
      } while (from);
      expect(sizes.length).toBeGreaterThan(2);
    },
  );

  test('scans everything, page after page', async () => {
    const all = async (endpoint: string, Limit: number): Promise<string[]> => {
      const items: string[] = [];
      let from: unknown;
      do {
        const input = { TableName: tableName, Limit, ...(from ? { ExclusiveStartKey: from } : {}) };
        const page = (await callDynamoDB(endpoint, 'Scan', input)) as Page;
        items.push(...page.Items.map(({ pk, sk }) => `${JSON.stringify(pk)} ${JSON.stringify(sk)}`));
        from = page.LastEvaluatedKey;
      } while (from);
      // Each goes through the partitions in an order of its own.
      return items.sort();
    };
    const items = await all(inject('dynamodbEndpoint'), 1_000);
    expect(items.length).toBeGreaterThan(30);
    expect(await all(twins.memory, 1_000)).toEqual(items);
    expect(await all(twins.memory, 7)).toEqual(items);
  });
});

interface Page {
  readonly Items: readonly { readonly pk?: unknown; readonly sk?: unknown }[];
  readonly Count: number;
  readonly LastEvaluatedKey?: unknown;
}

/** Of several things that are wrong with a request, or with the actions of a transaction, either may be named. */
function meaning({ local, memory }: Asked): Asked['memory'][] {
  const errors = [local, memory].map((answer) => (answer as { error?: string }).error);
  const isWrong = errors.includes('ValidationException');
  const both = isWrong && errors.every((error) => error && wrong.has(error));
  return both ? ['refused', 'refused'] : [local, memory];
}

const wrong = new Set([
  'ValidationException',
  'TransactionCanceledException',
  'ConditionalCheckFailedException',
]);
