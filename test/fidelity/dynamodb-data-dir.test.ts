import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { startLocalStack } from '../../local/local-stack.ts';
import { type Core, coreAssembly, startCore } from './core/core-stack.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'data-'));

afterAll(() => rmSync(dataDir, { recursive: true }));

const put = (core: Core, pk: string) =>
  core.invoke('Database', {
    commands: [['PutItem', { TableName: '$TABLE', Item: { pk: { S: pk }, sk: { S: 'x' } } }]],
  });
const consumed = (core: Core) =>
  JSON.stringify(core.printed('Consumer').filter((line) => 'records' in Object(line)));

it('with a data directory, tables keep their items and mappings their place in the stream', async () => {
  const first = await startCore({ dataDir, tableNamePrefix: 'kept-' });
  await put(first, 'seen#before');
  await vi.waitFor(() => expect(consumed(first)).toContain('seen#before'), 20_000);
  await first.stop();

  const second = await startCore({ dataDir, tableNamePrefix: 'kept-' });
  const Key = { pk: { S: 'seen#before' }, sk: { S: 'x' } };
  const read = await second.invoke('Database', { commands: [['GetItem', { TableName: '$TABLE', Key }]] });
  expect(read).toMatchObject({ ok: true, payload: [{ Item: Key }] });
  await put(second, 'seen#after');
  await vi.waitFor(() => expect(consumed(second)).toContain('seen#after'), 20_000);
  expect(consumed(second)).not.toContain('seen#before');
  await second.stop();
});

it('a port that is taken is named, and nothing stays behind', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const assembly = await coreAssembly();
  await expect(startLocalStack({ assembly, port })).rejects.toThrow(
    `Port ${port} is in use; stop what uses it, or choose another one: PORT=${port + 1} npm start`,
  );
  server.close();
});

it('stop may be called twice, and closes the port', async () => {
  const core = await startCore({ dynamodb: undefined });
  expect((await fetch(`${core.origin}/nothing`)).status).toBe(404);
  await Promise.all([core.stop(), core.stop()]);
  await expect(fetch(core.origin)).rejects.toThrow();
  await expect(fetch(core.dynamodbEndpoint)).rejects.toThrow();
});
