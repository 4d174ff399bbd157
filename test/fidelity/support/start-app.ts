import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { inject, onTestFinished } from 'vitest';
import { ManualClock } from '../../../local/clock.ts';
import { type LocalStackOptions, startLocalStack } from '../../../local/local-stack.ts';

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fidelity-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, by their paths below the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Synthesizes a CDK app, into a folder of the test unless told where. */
export function synthesizeApp(build: (app: App) => unknown, outdir = temporaryFolder()): string {
  const app = new App({ outdir, analyticsReporting: false });
  build(app);
  app.synth();
  return outdir;
}

/** Runs an assembly on a local stack of its own, which stops after the test. */
export async function startAssembly(assembly: string, options: Partial<LocalStackOptions> = {}) {
  const clock = new ManualClock();
  const log: string[] = [];
  const stack = await startLocalStack({
    ...{ assembly, clock, tableNamePrefix: `${randomUUID().slice(0, 8)}-`, streamPollMs: 20 },
    dynamodb: { endpoint: inject('dynamodbEndpoint'), stop: async () => {} },
    log: (line) => log.push(line),
    ...options,
  });
  onTestFinished(() => stack.stop());
  const invoke = (logicalIdPart: string, event: unknown = {}) => {
    const found = stack.resources.find(
      ({ type, logicalId }) => type === 'AWS::Lambda::Function' && logicalId.startsWith(logicalIdPart),
    );
    if (!found) throw new Error(`No function ${logicalIdPart}`);
    return stack.lambda.invoke(found.physicalId, event);
  };
  return { ...stack, clock, log, invoke };
}
