import { afterAll, beforeAll } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../local/local-stack.ts';
import { sharedAssembly } from '../../support/assemblies.ts';

/** The fixture app with its distribution, for all tests of a file. */
export function runEdge() {
  const logged: string[] = [];
  let running: LocalStack | undefined;
  beforeAll(async () => {
    const assembly = await sharedAssembly('edge', async (outdir) =>
      (await import('./edge-app.ts')).synthesizeEdgeApp(outdir),
    );
    running = await startLocalStack({
      assembly,
      // The app has no table: nothing here may talk to a database.
      dynamodb: { endpoint: 'http://127.0.0.1:9', stop: async () => {} },
      functionLogs: 'none',
      log: (line) => logged.push(line),
    });
  });
  afterAll(() => running?.stop());
  const stack = () => {
    if (!running) throw new Error('The stack has not started.');
    return running;
  };
  return {
    logged,
    stack,
    get: (path: string, init?: RequestInit) => fetch(stack().origin + path, { redirect: 'manual', ...init }),
    webSocketUrl: (path: string) => stack().origin.replace('http', 'ws') + path,
  };
}

/** What the function `mirror` was sent. */
export interface Mirrored {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  cookies?: string[];
  body?: string;
}
