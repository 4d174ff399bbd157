import type { Batch, Served } from '../../shared/delivery/posting/poster.ts';
import { poster } from '../context/poster.ts';

/** A chunk of an audience, from the Lambda that runs the window. */
export interface PostEvent {
  batches: readonly Batch[];
  /** Nothing is posted after this, milliseconds since the epoch: the window's lease may be another's then. */
  stopAt: number;
}

/** Knows no table: what became of the connections is for the window to look after. */
export async function handler({ batches, stopAt }: PostEvent): Promise<Served> {
  return poster.postAll(batches, () => stopAt);
}
