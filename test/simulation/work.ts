import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Totals } from './report.ts';
import type { Task } from './worker.ts';

/** Runs worlds in another process; `heard` gets what they come to after each. */
export function work(task: Task, heard: (totals: Totals) => void): Promise<void> {
  const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(task)], {
    execArgv: ['--import', 'tsx'],
  });
  worker.on('message', (totals) => heard(totals as Totals));
  return new Promise((resolve, reject) =>
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`A process with worlds ended with ${code}`)),
    ),
  );
}
