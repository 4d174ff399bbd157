import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A management API that takes every post, in a process of its own: what it costs is not measured. */
export interface StubApi {
  /** `http://127.0.0.1:PORT/live` */
  readonly endpoint: string;
  stop(): void;
}

export async function startStubApi(): Promise<StubApi> {
  const child = fork(fileURLToPath(new URL('answer-posts.ts', import.meta.url)));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (port) => resolve(Number(port)));
    child.once('exit', () => reject(new Error('The stub of the management API did not start')));
  });
  return { endpoint: `http://127.0.0.1:${port}/live`, stop: () => child.disconnect() };
}
