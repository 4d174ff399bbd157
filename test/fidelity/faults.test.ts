import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { callDynamoDB } from '../../local/dynamodb/call.ts';
import { noFaults } from '../../local/faults.ts';
import { type Core, startCore } from './core/core-stack.ts';
import { connect } from './gateway/socket.ts';

let core: Core;

beforeAll(async () => {
  core = await startCore();
});

afterEach(() => {
  Object.assign(core.faults, noFaults(), { killAfterWrites: undefined, killAfterPosts: undefined });
});

afterAll(() => core.stop());

const put = (pk: string): [string, object] => [
  'PutItem',
  { TableName: '$TABLE', Item: { pk: { S: pk }, sk: { S: 'x' } } },
];

const exists = async (pk: string) => {
  const Key = { pk: { S: pk }, sk: { S: 'x' } };
  const input = { TableName: core.outputs.TableName, Key, ConsistentRead: true };
  return 'Item' in ((await callDynamoDB(core.dynamodbEndpoint, 'GetItem', input)) as object);
};

describe('dynamodbThrottleRate', () => {
  it('refuses requests before they are carried out', async () => {
    core.faults.dynamodbThrottleRate = 1;
    expect(await core.invoke('Database', { commands: [put('throttled')] })).toMatchObject({
      ok: false,
      payload: { errorType: 'ProvisionedThroughputExceededException' },
    });
    expect(await exists('throttled')).toBe(false);

    core.faults.dynamodbThrottleRate = 0;
    expect(await core.invoke('Database', { commands: [put('throttled')] })).toMatchObject({ ok: true });
    expect(await exists('throttled')).toBe(true);
  });
});

describe('killAfterWrites', () => {
  it('kills the environment when that write is done and before the function hears of it', async () => {
    core.faults.killAfterWrites = { function: 'Database', writes: 2, times: 1 };
    const commands = [put('kill#1'), put('kill#2'), put('kill#3')];
    expect(await core.invoke('Database', { commands })).toMatchObject({
      ok: false,
      payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/signal: killed$/) },
    });
    expect(await Promise.all(['kill#1', 'kill#2', 'kill#3'].map(exists))).toEqual([true, true, false]);
  });

  it('counts the writes of one invocation that were carried out, and happens as often as said', async () => {
    core.faults.killAfterWrites = { function: 'Database', writes: 2, times: 1 };
    expect(await core.invoke('Database', { commands: [put('a')] })).toMatchObject({ ok: true });
    expect(await core.invoke('Database', { commands: [put('b')] })).toMatchObject({ ok: true });
    expect(await core.invoke('Database', { commands: [put('c'), put('d')] })).toMatchObject({ ok: false });
    expect(core.faults.killAfterWrites).toMatchObject({ times: 0 });
    expect(await core.invoke('Database', { commands: [put('e'), put('f')] })).toMatchObject({ ok: true });
  });

  it('counts only the writes of an item with such a key, of whatever operation', async () => {
    const fault = { function: 'Database', of: 'mine#', writes: 3, times: 1 };
    core.faults.killAfterWrites = fault;
    const { TableName, Item } = put('mine#2')[1] as { TableName: string; Item: object };
    const [first, other] = [put('mine#1'), put('other')];
    const both: [string, object] = [
      'TransactWriteItems',
      { TransactItems: [{ Put: other[1] }, { Put: { TableName, Item } }] },
    ];
    const Key = { pk: { S: 'mine#1' }, sk: { S: 'x' } };
    const set = { UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '1' } } };
    const update: [string, object] = ['UpdateItem', { TableName, Key, ...set }];
    expect(await core.invoke('Database', { commands: [first, other, both, other] })).toMatchObject({
      ok: true,
    });
    expect(
      await core.invoke('Database', { commands: [other, first, both, update, put('late')] }),
    ).toMatchObject({
      ok: false,
    });
    expect(fault.times).toBe(0);
    expect(await exists('late')).toBe(false);
  });

  it('spares other functions', async () => {
    core.faults.killAfterWrites = { function: 'Consumer', writes: 1, times: 1 };
    expect(await core.invoke('Database', { commands: [put('g')] })).toMatchObject({ ok: true });
    expect(core.faults.killAfterWrites).toMatchObject({ times: 1 });
  });
});

describe('killAfterPosts', () => {
  const gone = 'L0SM9cOFvHcCIhw=';

  /** A client, and posts to it with the given texts. */
  const connected = async () => {
    const before = new Set(core.connections());
    const client = await connect(`${core.outputs.SocketUrl}`);
    const [id = ''] = core.connections().filter((each) => !before.has(each));
    return { client, id, post: (...texts: string[]) => ({ posts: texts.map((text) => [id, text]) }) };
  };

  it('kills the environment when that frame is sent and before the function hears of it', async () => {
    const { client, post } = await connected();
    core.faults.killAfterPosts = { function: 'Posting', posts: 2, times: 1 };
    expect(await core.invoke('Posting', post('1', '2', '3'))).toMatchObject({
      ok: false,
      payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/signal: killed$/) },
    });
    // The next frame tells that the third one of the killed environment was not sent.
    expect(await core.invoke('Posting', post('after'))).toEqual({ ok: true, payload: [200] });
    expect([await client.next(), await client.next(), await client.next()]).toEqual(['1', '2', 'after']);
  });

  it('counts the posts of one invocation that sent a frame, and happens as often as said', async () => {
    const { id, post } = await connected();
    core.faults.killAfterPosts = { function: 'Posting', posts: 2, times: 1 };
    for (let i = 0; i < 2; i++) expect(await core.invoke('Posting', post('a'))).toMatchObject({ ok: true });
    const posts = [gone, id, gone].map((to) => [to, 'b']);
    expect(await core.invoke('Posting', { posts })).toEqual({ ok: true, payload: [410, 200, 410] });
    expect(await core.invoke('Posting', post('e', 'f'))).toMatchObject({ ok: false });
    expect(core.faults.killAfterPosts).toMatchObject({ times: 0 });
    expect(await core.invoke('Posting', post('g', 'h'))).toMatchObject({ ok: true });
  });

  it('spares other functions', async () => {
    const { post } = await connected();
    core.faults.killAfterPosts = { function: 'Database', posts: 1, times: 1 };
    expect(await core.invoke('Posting', post('i'))).toMatchObject({ ok: true });
    expect(core.faults.killAfterPosts).toMatchObject({ times: 1 });
  });

  it('counts writes and posts apart', async () => {
    const { post } = await connected();
    core.faults.killAfterPosts = { function: 'Database', posts: 1, times: 1 };
    core.faults.killAfterWrites = { function: 'Posting', writes: 1, times: 1 };
    expect(await core.invoke('Database', { commands: [put('j')] })).toMatchObject({ ok: true });
    expect(await core.invoke('Posting', post('k'))).toMatchObject({ ok: true });
  });
});

describe('streamRedeliveryRate', () => {
  it('delivers a batch that succeeded once more', async () => {
    core.faults.streamRedeliveryRate = 1;
    await core.invoke('Database', { commands: [put('seen#twice')] });
    const batches = () =>
      core.printed('Consumer').filter((line) => JSON.stringify(line).includes('seen#twice'));
    await vi.waitFor(() => expect(batches()).toHaveLength(2), 20_000);
    expect(batches()[1]).toEqual(batches()[0]);
  });
});
