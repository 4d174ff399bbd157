import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { chatApp } from '../../infra/app.ts';
import { edgeRewrites } from '../../infra/edge-rewrites.ts';
import { ManualClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../local/local-stack.ts';

/** Lets all faults end. */
export function endFaults({ faults }: LocalStack): void {
  delete faults.killAfterWrites;
  delete faults.killAfterPosts;
  Object.assign(faults, noFaults());
}

/** Runs what is to die: after so many writes of such a function, if it comes so far. */
export async function dieAfterWrites(
  { faults }: LocalStack,
  name: string,
  writes: number,
  run: () => Promise<unknown>,
): Promise<void> {
  const fault = { function: name, writes, times: 1 };
  faults.killAfterWrites = fault;
  // A dead Lambda answers nobody.
  const answered = run().catch(() => {});
  await Promise.race([answered, expect.poll(() => fault.times, { timeout: 20_000 }).toBe(0)]);
  delete faults.killAfterWrites;
}

export type RunningChat = LocalStack & { readonly clock: ManualClock };

/** The chat on a local stack of its own, with these settings. `CHAT_LOG=1` shows what the stack and the functions say. */
export async function runChat(
  settings: Record<string, unknown> = {},
  options: Partial<LocalStackOptions> = {},
): Promise<RunningChat> {
  const outdir = mkdtempSync(join(tmpdir(), 'chat-'));
  const assembly = chatApp({
    context: { ...cdk.context, ...settings },
    outdir,
    isLocal: true,
    checks: false,
  }).synth().directory;
  const clock = new ManualClock();
  const stack = await startLocalStack({
    assembly,
    clock,
    faults: noFaults(),
    rewrites: edgeRewrites,
    log: process.env.CHAT_LOG ? console.error : () => {},
    ...options,
  });
  const stop = stack.stop;
  return Object.assign(stack, {
    clock,
    stop: async () => {
      await stop();
      rmSync(outdir, { recursive: true, force: true });
    },
  });
}
