import type { ChatSettings } from '../config.ts';
import type { Table } from '../store/table.ts';
import type { Poster } from './poster.ts';

/** What delivery works with. */
export interface Delivery {
  readonly table: Table;
  readonly poster: Poster;
  readonly settings: ChatSettings;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Structured log lines. Never message text, tokens or names. */
export interface Log {
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

export type Metric =
  | 'Joins'
  | 'Messages'
  | 'Windows'
  | 'FramesPosted'
  | 'ConnectionsGone'
  | 'ConnectionsDropped'
  | 'HolesClosed'
  | 'Heartbeats'
  | 'Recoveries'
  | 'RecoveriesRefused';

export interface Metrics {
  count(metric: Metric, value: number): void;
}
