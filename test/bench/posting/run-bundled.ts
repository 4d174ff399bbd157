import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Report } from './do-task.ts';

const inRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * Runs a program of this folder in a process of its own, bundled as functions are and without what runs TypeScript here: its
 * CPU and memory are those that a Lambda would need. Resolves to what it returns.
 */
export async function runBundled<Task, Result>(
  program: string,
  task: Task,
  say: (line: string) => void,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const outfile = join(folder, 'index.mjs');
    await bundleTo(outfile, program);
    const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
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

/** As infra/constructs/bundles.ts does. */
async function bundleTo(outfile: string, program: string): Promise<void> {
  await build({
    entryPoints: [inRoot(`test/bench/posting/${program}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': inRoot('functions/credentials.ts') },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
}
