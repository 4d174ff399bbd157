import { type Faults, parseFaults } from './faults.ts';

/** What the environment says about a run. */
export interface RunOptions {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly faults: Faults | undefined;
}

/** Throws in a sentence for the user. */
export function readRunOptions({ PORT, DATA_DIR, FAULTS }: NodeJS.ProcessEnv): RunOptions {
  const port = Number(PORT || 5000);
  if (!/^\d*$/.test(PORT ?? '') || port > 65_535) throw new Error(`PORT=${PORT} is not a port number.`);
  return { port, dataDir: DATA_DIR || undefined, faults: FAULTS ? parseFaults(FAULTS) : undefined };
}
