import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** This chat on the local stack with DynamoDB in memory; a plain Socket.IO server; the same with connection state recovery. */
export type System = 'chat' | 'socketio' | 'socketio-recovery';

export interface Addresses {
  url: string;
  /** Only of the chat. */
  eventsUrl: string;
}

/** What the process that serves a system can be asked for. */
export interface Questions {
  /** Resident, after a garbage collection. */
  memoryMiB: number;
  /** Of the table, but for those that expire by themselves. */
  rows: number;
  /** Environments that were replaced. */
  redeploy: number;
}

export interface ServedSystem extends Addresses {
  ask<Name extends keyof Questions>(name: Name): Promise<Questions[Name]>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('serve.ts', import.meta.url));

/** Starts a system in a process of its own, whose memory is then that of the server alone. */
export async function serveSystem(system: System): Promise<ServedSystem> {
  const child = fork(program, [system], { execArgv: ['--import', 'tsx', '--expose-gc'] });
  const addresses = (await answerOf(child)) as Addresses;
  return {
    ...addresses,
    async ask(name) {
      child.send(name);
      return (await answerOf(child)) as never;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server has ended with ${code}`);
  });
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  return answer;
}
