import type { DynamoDBOptions } from './dynamodb/dynamodb-local.ts';
import { type Faults, parseFaults } from './faults.ts';

/** What the environment says about a run. */
export interface RunOptions {
  readonly port: number;
  readonly database: DynamoDBOptions;
  readonly faults: Faults | undefined;
}

/** `dynamodb`: which, from the command line. Throws in a sentence for the user. */
export function readRunOptions({ PORT, DATA_DIR, FAULTS }: NodeJS.ProcessEnv, dynamodb?: string): RunOptions {
  const port = Number(PORT || 5000);
  if (!/^\d*$/.test(PORT ?? '') || port > 65_535) throw new Error(`PORT=${PORT} is not a port number.`);
  const database = { dataDir: DATA_DIR || undefined, kind: dynamodb };
  return { port, database, faults: FAULTS ? parseFaults(FAULTS) : undefined };
}
