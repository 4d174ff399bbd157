import { spawn } from 'node:child_process';
import { runToEnd } from '../run-to-end.ts';
import type { Stopping } from '../stopping.ts';

/**
 * Runs the command of a CDK app, with a shell, so that it synthesizes into `outdir`: by the environment variables by which the
 * CDK's own command line says so. What the app prints is shown.
 */
export function synthesizeApp(
  command: string,
  outdir: string,
  context: Readonly<Record<string, unknown>>,
  stopping: Stopping,
): Promise<void> {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    detached: process.platform !== 'win32',
  });
  return runToEnd(child, stopping, `The app could not be synthesized: ${command}`);
}
