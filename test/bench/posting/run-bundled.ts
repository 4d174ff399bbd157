import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../../infra/build.ts';
import type { Report } from './do-task.ts';

/**
 * Runs a program of this folder in a process of its own, bundled as functions are and without what runs TypeScript here: its
 * CPU and memory are those that a Lambda would need. Resolves to what it returns.
 */
export async function runBundled<Task, Result>(
  program: string,
  task: Task,
  say: (line: string) => void,
  environment: Record<string, string> = {},
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const outfile = join(folder, 'index.mjs');
    await build({ ...bundling, entryPoints: [`test/bench/posting/${program}.ts`], outfile });
    const env = { ...process.env, ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
    const child = fork(outfile, [JSON.stringify(task)], { execArgv: [], env });
    const results: Result[] = [];
    child.on('message', (report: Report<Result>) => {
      if ('line' in report) say(report.line);
      else results.push(report.result);
    });
    await once(child, 'exit');
    const [result] = results;
    if (result === undefined) throw new Error(`${program} failed`);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
