import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputsDigest } from '../../infra/cache.ts';

// Every project loads this module anew, in the same process.
const KEY = Symbol.for('the projects that use CHAT_ASSEMBLIES');
const shared = globalThis as { [KEY]?: number };

/**
 * The folder of what tests synthesize besides the chat, for all projects of one run, and a hash of the code that runs. All processes
 * find both in the environment.
 */
export default function setup() {
  shared[KEY] = (shared[KEY] ?? 0) + 1;
  process.env.CHAT_INPUTS ??= inputsDigest();
  process.env.CHAT_ASSEMBLIES ??= mkdtempSync(join(tmpdir(), 'chat-assemblies-'));
  return () => {
    shared[KEY] = (shared[KEY] ?? 0) - 1;
    if (shared[KEY] === 0) rmSync(`${process.env.CHAT_ASSEMBLIES}`, { recursive: true, force: true });
  };
}
