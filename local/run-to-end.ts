import type { ChildProcess } from 'node:child_process';
import { killAtExit, killGroup } from './kill-at-exit.ts';
import type { Stopping } from './stopping.ts';

/** Resolves when a child that was spawned `detached` has succeeded; rejects with `failure` if it fails. Ctrl-C ends it, too. */
export function runToEnd(child: ChildProcess, stopping: Stopping, failure: string): Promise<void> {
  killAtExit(child);
  stopping.add(() => killGroup(child));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(failure))));
  });
}
