import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import type { Issuer } from '../../local/issuer.ts';
import { startKeptIssuer } from '../../local/kept-issuer.ts';
import { closeServer, listen } from '../../local/loopback.ts';
import { temporaryFolder } from './support/start-app.ts';

/** A port whose successor is free, too. */
async function stackPort(): Promise<number> {
  for (;;) {
    const servers = [createServer(), createServer()] as const;
    const port = await listen(servers[0], 0, '127.0.0.1');
    const isFree = await listen(servers[1], port + 1, '127.0.0.1').catch(() => undefined);
    await Promise.all(servers.filter(({ listening }) => listening).map(closeServer));
    if (isFree) return port;
  }
}

async function start(port: number, file: string) {
  const log: string[] = [];
  const issuer = await startKeptIssuer(port, (line) => log.push(line), file);
  onTestFinished(() => issuer.stop());
  return { ...issuer, log };
}

const verify = (token: string, { url }: Pick<Issuer, 'url'>) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${url}/keys`)), { issuer: url });

test('tokens are good after a restart, at the port after that of the stack', async () => {
  const port = await stackPort();
  const file = join(temporaryFolder(), 'key.json');
  const before = await start(port, file);
  expect(before.url).toBe(`http://localhost:${port + 1}`);
  const token = await before.tokenFor({ sub: 'ana' });
  await before.stop();
  const after = await start(port, file);
  expect((await verify(token, after)).payload.sub).toBe('ana');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(after.log).toEqual([]);
});

test('where that port is in use, another one is taken, and said', async () => {
  const port = await stackPort();
  const file = join(temporaryFolder(), 'key.json');
  await start(port, file);
  const second = await start(port, file);
  expect(second.url).not.toBe(`http://localhost:${port + 1}`);
  expect(second.log).toEqual([expect.stringContaining(`port ${port + 1} is in use`)]);
  expect((await verify(await second.tokenFor({ sub: 'ben' }), second)).payload.sub).toBe('ben');
});

test('a key that others can read, or that is none, is not used', async () => {
  const file = join(temporaryFolder(), 'key.json');
  const first = await start(0, file);
  const text = readFileSync(file, 'utf8');
  const token = await first.tokenFor({ sub: 'ana', iss: 'x' });
  const isTaken = async ({ url }: Pick<Issuer, 'url'>) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${url}/keys`))).then(
      () => true,
      () => false,
    );
  expect(await isTaken(await start(0, file))).toBe(true);

  chmodSync(file, 0o644);
  expect(await isTaken(await start(0, file))).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe(text);

  chmodSync(file, 0o600);
  writeFileSync(file, '{');
  expect(await isTaken(await start(0, file))).toBe(false);
  expect(readFileSync(file, 'utf8')).not.toBe('{');

  const link = join(temporaryFolder(), 'link.json');
  writeFileSync(file, text);
  symlinkSync(file, link);
  expect(await isTaken(await start(0, link))).toBe(false);
});
