import { fork } from 'node:child_process';
import type { Totals } from './report.ts';
import type { Task } from './worker.ts';
import { workerBundle } from './worker-bundle.ts';

/** Runs worlds in another process; `heard` gets what they come to after each. */
export async function work(task: Task, heard: (totals: Totals) => void): Promise<void> {
  const worker = fork(await workerBundle(), [JSON.stringify(task)], {
    // Worlds leave much behind that is short-lived.
    execArgv: ['--max-semi-space-size=64'],
  });
  worker.on('message', (totals) => heard(totals as Totals));
  return new Promise((resolve, reject) =>
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`A process with worlds ended with ${code}`)),
    ),
  );
}
