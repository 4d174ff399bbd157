import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CryptoKey } from 'jose';
import { systemClock } from './clock.ts';
import { ALGORITHM, type Issuer, type Keys, startIssuer } from './issuer.ts';
import type { Log } from './log.ts';

/** One for each user of this machine. */
const keyFile = () => join(tmpdir(), `live-event-chat-issuer-${process.getuid?.() ?? 0}.json`);

/**
 * The issuer of `npm start -- --issuer`. It is at the port after the stack's and keeps its key, so that tokens, and clients
 * that know its address, outlive a restart.
 *
 * @param stackPort 0 if that is any free one; so is the issuer's then
 */
export async function startKeptIssuer(stackPort: number, log: Log, file = keyFile()): Promise<Issuer> {
  const keys = await keptKeys(file);
  const port = stackPort === 65_535 ? stackPort - 1 : stackPort && stackPort + 1;
  try {
    return await startIssuer(port, systemClock, keys);
  } catch (error) {
    if (port === 0) throw error;
    log(`port ${port} is in use: the issuer has another one this time, and earlier tokens are not taken`);
    return startIssuer(0, systemClock, keys);
  }
}

/** Those of the file, which only this user can read; else new ones, which are written there if that is possible. */
async function keptKeys(file: string): Promise<Keys> {
  const known = await readKeys(file).catch(() => undefined);
  if (known) return known;
  const { exportJWK, generateKeyPair } = await import('jose');
  const keys = await generateKeyPair(ALGORITHM, { extractable: true });
  const text = JSON.stringify({
    privateKey: await exportJWK(keys.privateKey),
    publicKey: await exportJWK(keys.publicKey),
  });
  try {
    if (isOurs(file)) rmSync(file);
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch {
    // They are good for this run alone.
  }
  return keys;
}

async function readKeys(file: string): Promise<Keys | undefined> {
  if (!isOurs(file)) return undefined;
  const { importJWK } = await import('jose');
  const { privateKey, publicKey } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    privateKey: (await importJWK(privateKey, ALGORITHM)) as CryptoKey,
    publicKey: (await importJWK(publicKey, ALGORITHM, { extractable: true })) as CryptoKey,
  };
}

/** The folder is everybody's: no file counts that somebody else has put there, or can read. */
function isOurs(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) return false;
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
}
