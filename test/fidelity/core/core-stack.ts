import { rmSync } from 'node:fs';
import { ManualClock } from '../../../local/clock.ts';
import { noFaults } from '../../../local/faults.ts';
import type { Invocation } from '../../../local/lambda/lambda.ts';
import { type LocalStackOptions, startLocalStack } from '../../../local/local-stack.ts';
import { synthesize } from './app.ts';

/** The fixture app on a local stack of its own, with a clock and faults that tests turn. */
export async function startCore(options: Partial<LocalStackOptions> = {}) {
  const clock = new ManualClock();
  const faults = noFaults();
  const log: string[] = [];
  const assembly = synthesize();
  const stack = await startLocalStack({
    ...{ assembly, clock, faults, streamPollMs: 20, tableNamePrefix: `t${process.pid}-` },
    log: (line) => log.push(line),
    ...options,
  });

  const functionName = (logicalIdPart: string): string => {
    const isThis = new RegExp(`^${logicalIdPart}[0-9A-F]{8}$`);
    const found = stack.resources.find(
      ({ type, logicalId }) => type === 'AWS::Lambda::Function' && isThis.test(logicalId),
    );
    if (!found) throw new Error(`No function ${logicalIdPart}`);
    return found.physicalId;
  };
  return {
    ...stack,
    clock,
    faults,
    log,
    functionName,
    invoke: (name: string, event: unknown = {}): Promise<Invocation> =>
      stack.lambda.invoke(functionName(name), event),
    /** What a function printed, JSON lines parsed. */
    printed: (name: string): unknown[] =>
      stack.functionLogs
        .filter((entry) => entry.functionLogicalId.startsWith(name) && entry.level === 'INFO')
        .map(({ text }) => (text.startsWith('{"') ? JSON.parse(text) : text)),
    async stop() {
      await stack.stop();
      rmSync(assembly, { recursive: true, force: true });
    },
  };
}

export type Core = Awaited<ReturnType<typeof startCore>>;
