import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { callDynamoDB, DynamoDBError } from '../../local/dynamodb/call.ts';
import { type Asked, startTwins } from '../support/dynamodb-twins.ts';
import { newTableAt } from '../support/table.ts';
import { requests } from './memory-arbitraries.ts';

/**
 * The DynamoDB in memory (local/dynamodb/memory) answers as DynamoDB Local does. `RUNS=1000` tries more sequences of
 * requests; `SEED=7` those of one seed.
 */
const { RUNS = '40', SEED } = process.env;

let twins: Awaited<ReturnType<typeof startTwins>>;
let asked: Asked[] = [];

beforeAll(async () => {
  twins = await startTwins(inject('dynamodbEndpoint'), (one) => asked.push(one));
});
afterAll(() => twins.stop());

test('random requests get the same answers, and leave the same behind', async () => {
  const { name } = await newTableAt(twins.endpoint);
  let runs = 0;
  const anywhere = requests(name, () => 'RUN#');
  await fc.assert(
    fc.asyncProperty(fc.array(anywhere, { minLength: 5, maxLength: 25 }), async (sequence) => {
      runs += 1;
      for (const { operation, input } of sequence) {
        asked = [];
        const body = JSON.parse(JSON.stringify(input).replaceAll('RUN#', `${runs}#`));
        await callDynamoDB(twins.endpoint, operation, body).catch((error: unknown) => {
          if (!(error instanceof DynamoDBError)) throw error;
        });
        for (const { memory, ...rest } of asked)
          expect({ ...rest, memory }).toEqual({ ...rest, memory: rest.local });
      }
    }),
    { numRuns: Number(RUNS), ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});
