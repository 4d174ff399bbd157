import { availableParallelism, freemem } from 'node:os';

export interface FleetBounds {
  /** Environments of one function. */
  readonly perFunction: number;
  /** Environments of all functions. A function that has none still gets one beyond it. */
  readonly total: number;
  /** Environments that initialise at the same time: more would only slow each other down. */
  readonly starting: number;
  readonly idleMs: number;
  /** A request waits so long for a busy environment before one more is started for it; 0 is what Lambda does. */
  readonly patienceMs: number;
}

/** Half of the memory that is free now, at what an environment with the AWS SDK needs. */
export function boundsOfThisMachine(): FleetBounds {
  const environmentBytes = 40 * 1024 * 1024;
  const total = Math.min(400, Math.max(16, Math.floor((freemem() * 0.5) / environmentBytes)));
  return {
    total,
    perFunction: Math.ceil(total / 2),
    starting: Math.max(2, availableParallelism()),
    idleMs: 5 * 60_000,
    patienceMs: 0,
  };
}
