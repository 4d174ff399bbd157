import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { ManualClock } from '../../../local/clock.ts';
import { noFaults } from '../../../local/faults.ts';
import type { Invocation } from '../../../local/lambda/lambda.ts';
import { type LocalStackOptions, startLocalStack } from '../../../local/local-stack.ts';
import { sharedAssembly } from '../../support/assemblies.ts';

/** The assembly of the fixture app. */
export const coreAssembly = () =>
  sharedAssembly('core', async (outdir) => (await import('./app.ts')).synthesize(outdir));

/**
 * The fixture app on a local stack of its own, with a clock and faults that tests turn. Its tables are in the project's
 * DynamoDB Local, unless it is to keep its data.
 */
export async function startCore(options: Partial<LocalStackOptions> = {}) {
  const clock = new ManualClock();
  const faults = noFaults();
  const log: string[] = [];
  const assembly = await coreAssembly();
  const stack = await startLocalStack({
    ...{ assembly, clock, faults, streamPollMs: 20, tableNamePrefix: `${randomUUID().slice(0, 8)}-` },
    ...(!options.dataDir && { dynamodb: { endpoint: inject('dynamodbEndpoint'), stop: async () => {} } }),
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
  };
}

export type Core = Awaited<ReturnType<typeof startCore>>;
