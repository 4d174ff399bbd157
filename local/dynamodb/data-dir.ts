import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callDynamoDB } from './call.ts';

/** Says which DynamoDB has a folder open: two at once would not see each other's writes in their streams. */
const fileIn = (dataDir: string) => join(dataDir, 'in-use.json');

/** Makes the folder. Throws if there cannot be one, or if another DynamoDB that was started here uses it. */
export async function openDataDir(dataDir: string): Promise<void> {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch {
    throw new Error(`DATA_DIR=${dataDir} is not a folder that can be written to.`);
  }
  const endpoint = await userOf(dataDir);
  if (endpoint)
    throw new Error(`DATA_DIR=${dataDir} is in use by the DynamoDB at ${endpoint}; stop that first.`);
}

/** @returns what takes the mark away */
export function markAsUsed(dataDir: string, endpoint: string): () => void {
  writeFileSync(fileIn(dataDir), JSON.stringify({ endpoint, pid: process.pid }));
  return () => rmSync(fileIn(dataDir), { force: true });
}

/** Undefined too if the mark was left behind by a process that was killed. */
async function userOf(dataDir: string): Promise<string | undefined> {
  try {
    const { endpoint, pid } = JSON.parse(readFileSync(fileIn(dataDir), 'utf8'));
    process.kill(pid, 0);
    await callDynamoDB(endpoint, 'ListTables', {});
    return endpoint;
  } catch {
    return undefined;
  }
}
