import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Kills a child process that was spawned `detached`, and its own children, when this process exits before it. */
export function killAtExit(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  const forget = () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  };
  child.once('exit', forget).once('error', forget);
}

/** The whole process group that a detached child leads; Windows has no such groups. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function killAll(): void {
  for (const child of running) killGroup(child);
}
