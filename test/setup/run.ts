import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type DynamoDB, startDynamoDB } from '../../local/dynamodb/dynamodb-local.ts';

/** What all projects of one run share: one DynamoDB Local, and the folder of what was synthesized. */
interface Run {
  users: number;
  readonly assemblies: string;
  readonly database: Promise<DynamoDB>;
}

// Every project loads this module anew, in the same process.
const KEY = Symbol.for('the test run');
const shared = globalThis as { [KEY]?: Run };

/** Begun by the first project that needs it and ended by the last one. All processes find it in the environment. */
export default async function setup({ name }: TestProject) {
  // Against a deployed stack these need nothing here.
  if (process.env.CHAT_URL && ['behaviour', 'socketio'].includes(name)) return;
  const run = shared[KEY] ?? begin();
  shared[KEY] = run;
  run.users += 1;
  process.env.CHAT_ASSEMBLIES = run.assemblies;
  process.env.DYNAMODB_ENDPOINT = (await run.database).endpoint;
  return async () => {
    run.users -= 1;
    if (run.users > 0) return;
    rmSync(run.assemblies, { recursive: true, force: true });
    await (await run.database).stop();
  };
}

function begin(): Run {
  return { users: 0, assemblies: mkdtempSync(join(tmpdir(), 'chat-assemblies-')), database: startDynamoDB() };
}
