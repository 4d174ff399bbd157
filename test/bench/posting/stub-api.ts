import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.ts';

/** A management API that takes every post, in a process of its own: what it costs is not measured. */
export interface StubApi {
  /** `http://127.0.0.1:PORT/live`, with a certificate `https` */
  readonly endpoint: string;
  stop(): void;
}

export async function startStubApi(certificate?: Certificate): Promise<StubApi> {
  const files = certificate ? [certificate.keyFile, certificate.certFile] : [];
  const child = fork(fileURLToPath(new URL('answer-posts.ts', import.meta.url)), files);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (port) => resolve(Number(port)));
    child.once('exit', () => reject(new Error('The stub of the management API did not start')));
  });
  const protocol = certificate ? 'https' : 'http';
  return { endpoint: `${protocol}://127.0.0.1:${port}/live`, stop: () => child.disconnect() };
}
