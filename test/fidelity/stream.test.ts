import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import type { StreamRecord } from '../../local/dynamodb/stream-record.ts';
import { type Core, startCore } from './core/core-stack.ts';

let core: Core;
const scratch = mkdtempSync(join(tmpdir(), 'stream-'));

beforeAll(async () => {
  core = await startCore();
});

afterAll(async () => {
  await core.stop();
  rmSync(scratch, { recursive: true });
});

const table = () => core.outputs.TableName;
const call = (operation: string, input: object) => callDynamoDB(core.dynamodbEndpoint, operation, input);
const strings = (attributes: Record<string, string>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { S: value }]));
const put = (pk: string, sk: string, more: Record<string, string> = {}) =>
  call('PutItem', { TableName: table(), Item: strings({ pk, sk, ...more }) });
const remove = (pk: string, sk: string) =>
  call('DeleteItem', { TableName: table(), Key: strings({ pk, sk }) });
/** All in one transaction, so that they come out of the stream together. */
const putAll = (items: Record<string, string>[]) =>
  call('TransactWriteItems', {
    TransactItems: items.map((item) => ({ Put: { TableName: table(), Item: strings(item) } })),
  });

/** The batches a function was invoked with, those with this partition key only. */
const batches = (name: string, pk: string): StreamRecord[][] =>
  core
    .printed(name)
    .map((line) => (line as { records?: StreamRecord[] }).records ?? [])
    .filter((records) =>
      records.some(({ dynamodb }) => JSON.stringify(dynamodb.Keys.pk) === `{"S":"${pk}"}`),
    );
const value = (name: string) => (record: StreamRecord) =>
  (record.dynamodb.NewImage?.[name] as { S: string } | undefined)?.S;
const within = { timeout: 20_000 };

describe('a stream record', () => {
  it('tells what an item was and is', async () => {
    await put('seen#item', 'a', { text: 'one' });
    await put('seen#item', 'a', { text: 'two' });
    await remove('seen#item', 'a');
    const records = () => batches('Consumer', 'seen#item').flat();
    await vi.waitFor(() => expect(records()).toHaveLength(3), within);
    const Keys = strings({ pk: 'seen#item', sk: 'a' });
    const one = { ...Keys, ...strings({ text: 'one' }) };
    const two = { ...Keys, ...strings({ text: 'two' }) };
    const record = (eventName: string, images: object) => ({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: expect.stringMatching(
        /^arn:aws:dynamodb:us-east-1:000000000000:table\/.*\/stream\/\d{4}-/,
      ),
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys,
        ...images,
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(records()).toEqual([
      record('INSERT', { NewImage: one }),
      record('MODIFY', { NewImage: two, OldImage: one }),
      record('REMOVE', { OldImage: two }),
    ]);
  });

  it('has the keys only if that is the view type, and arrives alone if the batch size is 1', async () => {
    const TableName = Object.values(core.tables).find((name) => name.includes('Plain'));
    const items = ['1', '2', '3'].map((n) => ({ PutRequest: { Item: strings({ pk: 'plain', n }) } }));
    for (const { PutRequest } of items) await call('PutItem', { TableName, ...PutRequest });
    await vi.waitFor(() => expect(batches('KeysOnly', 'plain')).toHaveLength(3), within);
    for (const batch of batches('KeysOnly', 'plain')) {
      expect(batch).toHaveLength(1);
      expect(batch[0]?.dynamodb).toMatchObject({
        Keys: strings({ pk: 'plain' }),
        StreamViewType: 'KEYS_ONLY',
      });
      expect(batch[0]?.dynamodb).not.toHaveProperty('NewImage');
    }
  });

  it('of an item that time to live removed names the service', async () => {
    const expiresAt = { N: String(Math.floor(Date.now() / 1000) - 60) };
    await call('PutItem', {
      TableName: table(),
      Item: { ...strings({ pk: 'seen#ttl', sk: 'a' }), expiresAt },
    });
    const removed = () =>
      batches('Consumer', 'seen#ttl')
        .flat()
        .find(({ eventName }) => eventName === 'REMOVE');
    await vi.waitFor(() => {
      core.clock.advance(30_000);
      expect(removed()).toBeDefined();
    }, within);
    expect(removed()?.userIdentity).toEqual({ type: 'Service', principalId: 'dynamodb.amazonaws.com' });
  });
});

describe('order', () => {
  it('is kept for one item; what comes while its batch is under way forms the next one', async () => {
    const gate = join(scratch, 'order');
    await put('seen#order', 'a', { n: '0', waitFor: gate });
    await vi.waitFor(() => expect(JSON.stringify(core.printed('Consumer'))).toContain('started'), within);
    for (const n of ['1', '2', '3', '4']) await put('seen#order', 'a', { n });
    writeFileSync(gate, '');
    const seen = () => batches('Consumer', 'seen#order');
    await vi.waitFor(() => expect(seen().flat()).toHaveLength(5), within);
    expect(seen().flat().map(value('n'))).toEqual(['0', '1', '2', '3', '4']);
    expect(seen().length).toBeLessThan(5);
  });

  it('is not kept between items, even of one partition: they run at the same time', async () => {
    const gate = join(scratch, 'overtake');
    await put('seen#pair', 'first', { waitFor: gate });
    await put('seen#pair', 'second');
    await vi.waitFor(() => expect(batches('Consumer', 'seen#pair')).toHaveLength(1), within);
    expect(batches('Consumer', 'seen#pair').flat()[0]?.dynamodb.Keys.sk).toEqual({ S: 'second' });
    writeFileSync(gate, '');
    await vi.waitFor(() => expect(batches('Consumer', 'seen#pair')).toHaveLength(2), within);
  });
});

describe('filters', () => {
  it('keep the function from seeing anything else', async () => {
    await put('unseen', 'a');
    await put('seen#after', 'a');
    await vi.waitFor(() => expect(batches('Consumer', 'seen#after')).toHaveLength(1), within);
    expect(batches('Consumer', 'unseen')).toEqual([]);
  });
});

describe('a batch that fails', () => {
  it('is halved until the poisoned record is alone, which is given up after its retries', async () => {
    const versions = ['1', '2', 'poison', '4'];
    // One item, so that its records come in one batch.
    const gate = join(scratch, 'bisect');
    await put('bisect#item', 'a', { n: '0', waitFor: gate });
    for (const n of versions) await put('bisect#item', 'a', { n, ...(n === 'poison' && { fail: 'yes' }) });
    writeFileSync(gate, '');
    const seen = () => batches('Bisecting', 'bisect#item');
    await vi.waitFor(() => {
      core.clock.advance(1000);
      expect(seen().flat().map(value('n'))).toContain('4');
      expect(core.discardedBatches()).toHaveLength(1);
      expect(seen().at(-1)?.map(value('n'))).toContain('4');
    }, within);
    const alone = seen().filter(
      (batch) => batch.length === 1 && value('n')(batch[0] as StreamRecord) === 'poison',
    );
    expect(alone).toHaveLength(2);
    expect(core.discardedBatches()).toMatchObject([
      {
        requestContext: { condition: 'RetryAttemptsExhausted' },
        DDBStreamBatchInfo: { batchSize: 1, startSequenceNumber: alone[0]?.[0]?.dynamodb.SequenceNumber },
      },
    ]);
  });

  it('in part is delivered again from the reported record on', async () => {
    const gate = join(scratch, 'partial');
    await put('partial#item', 'a', { n: '0', waitFor: gate });
    await vi.waitFor(() => expect(JSON.stringify(core.printed('Partial'))).toContain('started'), within);
    for (const n of ['1', '2', '3'])
      await put('partial#item', 'a', { n, ...(n === '2' && { failItem: 'yes' }) });
    // When this has come out of the stream, the others have, too, and wait for the first.
    await put('partial#later', 'a');
    await vi.waitFor(() => expect(batches('Partial', 'partial#later')).toHaveLength(1), within);
    writeFileSync(gate, '');
    const seen = () => batches('Partial', 'partial#item').map((batch) => batch.map(value('n')).join(' '));
    const retried = ['2 3', '2 3', '2 3'];
    await vi.waitFor(() => {
      core.clock.advance(1000);
      expect(seen()).toEqual(['0', '1 2 3', ...retried]);
      expect(core.discardedBatches().at(-1)).toMatchObject({ DDBStreamBatchInfo: { batchSize: 2 } });
    }, within);
  });

  it('is as old as its records by the clock of the stack, however far that was moved ahead before', async () => {
    core.clock.advance(2 * 86_400_000);
    const createdAt = core.clock.now() / 1000;
    await put('seen#late', 'a');
    await vi.waitFor(() => expect(batches('Consumer', 'seen#late')).toHaveLength(1), within);
    const [record] = batches('Consumer', 'seen#late').flat();
    // DynamoDB Local knows the minute.
    expect(record?.dynamodb.ApproximateCreationDateTime).toBeGreaterThan(createdAt - 61);
  });

  it('does not hold up other items', async () => {
    await putAll([
      { pk: 'partial#other', sk: 'bad', failItem: 'yes' },
      { pk: 'partial#other', sk: 'good' },
    ]);
    const good = () => batches('Partial', 'partial#other').some((batch) => batch.some(isGood));
    const isGood = ({ dynamodb }: StreamRecord) => JSON.stringify(dynamodb.Keys.sk) === '{"S":"good"}';
    await vi.waitFor(() => expect(good()).toBe(true), within);
  });
});
