import type { Metrics } from '../metrics.ts';
import type { ChatSettings } from '../settings.ts';
import type { Table } from '../store/table.ts';
import type { Batch, Poster, Served } from './posting/poster.ts';

/** What delivery works with. */
export interface Delivery {
  readonly table: Table;
  readonly poster: Poster;
  /** Where the chunks of large audiences are posted; without it, here. */
  readonly postElsewhere?: PostElsewhere;
  readonly settings: ChatSettings;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Posts in another Lambda, until `stopAt` (milliseconds since the epoch). Throws when it is not known what became of
 * the connections.
 */
export type PostElsewhere = (batches: readonly Batch[], stopAt: number) => Promise<Served>;

/** Structured log lines. Never message text, tokens or names. */
export interface Log {
  /** Shown of some invocations only: `debugSampleRate`. */
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}
