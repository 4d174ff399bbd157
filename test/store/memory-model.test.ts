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

  const wrong = Object.entries(refusals).flatMap(([operation, inputs]) =>
    inputs.map((input) => [operation, JSON.stringify(input).slice(0, 100), input] as const),
  );
  test.for(wrong)('refuses as DynamoDB Local does: %s %s', async ([operation, , input]) => {
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
              const memory = meaning(both.memory);
              expect({ ...both, memory }).toEqual({ ...both, memory: meaning(both.local) });
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
        const page = local as { Count: number; LastEvaluatedKey?: unknown };
        sizes.push(page.Count);
        from = page.LastEvaluatedKey;
      } while (from);
      expect(sizes.length).toBeGreaterThan(2);
    },
  );

  test('scans everything, page after page', async () => {
    const all = async (Limit: number) => {
      const items: string[] = [];
      let from: unknown;
      do {
        const input = { TableName: tableName, Limit, ...(from ? { ExclusiveStartKey: from } : {}) };
        // DynamoDB Local goes through the items in an order of its own.
        const page = (await callDynamoDB(twins.memory, 'Scan', input)) as {
          Items: object[];
          LastEvaluatedKey?: unknown;
        };
        items.push(...page.Items.map((item) => JSON.stringify(item)));
        from = page.LastEvaluatedKey;
      } while (from);
      return items;
    };
    const { local, memory } = await ask('Scan', {
      TableName: tableName,
      Select: 'COUNT',
      FilterExpression: 'attribute_exists(#n)',
      ExpressionAttributeNames: { '#n': 'text' },
    });
    expect(memory).toEqual(local);
    expect(new Set(await all(7)).size).toBe((await all(1_000)).length);
  });
});

/** Of several things that are wrong with a request, either may be named. */
function meaning(answer: unknown): unknown {
  const { error } = answer as { error?: string };
  return error === 'ValidationException' ? { error } : answer;
}
