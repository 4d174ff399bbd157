import type { Batch } from '../../shared/delivery/posting/poster.ts';
import { observed } from '../context/observe.ts';
import { poster } from '../context/poster.ts';

/** A chunk of an audience, from the Lambda that runs the window. */
export interface PostEvent {
  batches: readonly Batch[];
  /** Nothing is posted after this, because another function may hold the lease by then. Milliseconds since the epoch. */
  stopAt: number;
}

/** Has no access to the table: the window that invoked it handles the connections that are gone or failed. */
export const handler = observed(
  () => ({}),
  ({ batches, stopAt }: PostEvent) => poster.postAll(batches, () => stopAt),
);
