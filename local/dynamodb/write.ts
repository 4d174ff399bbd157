import type { Environment } from '../lambda/execution-environment.ts';

/** One DynamoDB write of a function that was carried out. */
export interface Write {
  /** Of the function that wrote. */
  readonly environment: Pick<Environment, 'id' | 'fn' | 'hasEnded'>;
  /** Of the items that were put, updated or deleted, such as `ROOM#1 MESSAGE#2`. */
  readonly keys: readonly string[];
  /** As the wire had it. */
  readonly input: Readonly<Record<string, unknown>>;
}
