import { newId } from '../../ids.ts';
import type { Cursor } from '../../store/cursor.ts';
import {
  abandonLease,
  type Progress,
  release,
  renewLease,
  settle,
  takeLease,
} from '../../store/cursor-lease.ts';
import type { Table } from '../../store/table.ts';
import { timing } from '../../timing.ts';

/** What somebody did while they held the lease. With `progress`, it is written down as the lease ends. */
interface Done<Result> {
  result: Result;
  progress: Progress | undefined;
}

/**
 * Takes the lease of an event's windows, works, and lets go, whatever happens; if that fails too, the lease runs out. Undefined:
 * another holds it, who looks once more after letting go; or no event is there. Throws if the lease was lost.
 */
export async function withLease<Result>(
  table: Table,
  eventId: string,
  work: (lease: Lease, cursor: Cursor) => Promise<Done<Result>>,
): Promise<Result | undefined> {
  const owner = newId();
  const until = Date.now() + timing.leaseMs;
  const cursor = await takeLease(table, eventId, owner);
  if (!cursor) return undefined;
  const lease = new Lease(table, eventId, owner, until);
  const renewal = setInterval(() => void lease.renew().catch(() => {}), timing.leaseRenewalMs);
  try {
    const { result, progress } = await work(lease, cursor);
    if (!progress) await abandonLease(table, eventId, owner);
    else if (!(await release(table, eventId, owner, progress)))
      throw new Error('The lease was lost to another holder');
    return result;
  } catch (error) {
    await abandonLease(table, eventId, owner).catch(() => {});
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/**
 * The right to run windows of one event: at most one holder at a time makes the order of frames. A holder whose lease was
 * taken, or ran out because it could not be renewed, throws instead of posting.
 */
export class Lease {
  readonly #table: Table;
  readonly #eventId: string;
  readonly #owner: string;
  /** Milliseconds since the epoch; counted from before the write that renewed it. */
  #until: number;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(table: Table, eventId: string, owner: string, until: number) {
    this.#table = table;
    this.#eventId = eventId;
    this.#owner = owner;
    this.#until = until;
  }

  /** Until when it is ours, unless it is renewed; milliseconds since the epoch. */
  get until(): number {
    return this.#until;
  }

  /** Throws if the lease is no longer ours. */
  check(): void {
    if (Date.now() >= this.#until) throw new Error('The lease has expired');
  }

  /** Writes down what a window has done, and goes on. Throws if the lease was lost. */
  async settle(progress: Progress): Promise<Cursor> {
    return this.#inTurn(async (until) => {
      const cursor = await settle(this.#table, this.#eventId, this.#owner, progress);
      if (!cursor) throw new Error('The lease was lost to another holder');
      this.#until = until;
      return cursor;
    });
  }

  async renew(): Promise<void> {
    await this.#inTurn(async (until) => {
      const isOurs = await renewLease(this.#table, this.#eventId, this.#owner);
      this.#until = isOurs ? until : 0;
    });
  }

  /** One write after the other: a slow one must not shorten what a later one has prolonged. */
  #inTurn<T>(write: (until: number) => Promise<T>): Promise<T> {
    const turn = this.#writing.then(() => write(Date.now() + timing.leaseMs));
    this.#writing = turn.catch(() => {});
    return turn;
  }
}
