import { spawn } from 'node:child_process';
import { killAtExit, killGroup } from '../kill-at-exit.ts';
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
  killAtExit(child);
  stopping.add(() => killGroup(child));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`The app could not be synthesized: ${command}`)),
    );
  });
}
