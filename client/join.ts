import type { Page } from './log.ts';
import type { JoinOptions } from './types.ts';

/** Coming into an event, until its ack and its history are there. */
export interface Join {
  after: number | undefined;
  /** Undefined: only to watch. */
  options: JoinOptions | undefined;
  /** From the ack: the history reaches up to here. */
  end?: number;
  page?: Page;
}
