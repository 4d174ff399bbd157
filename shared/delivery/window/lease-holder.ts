import { newId } from '../../ids.ts';
import type { Cursor } from '../../store/cursor.ts';
import {
  abandonLease,
  keepLease,
  LEASE_MS,
  type Progress,
  release,
  settle,
  takeLease,
} from '../../store/cursor-lease.ts';
import type { Table } from '../../store/table.ts';

/** Often: those who post for the holder elsewhere go by what was left of the lease when they began. */
const RENEWAL_MS = 1_000;

/**
 * The right to run windows of one event: at most one holder at a time makes the order of frames. Renews itself; a holder
 * whose lease was taken, or ran out because it could not be renewed, throws instead of posting.
 */
export class Lease {
  readonly #table: Table;
  readonly #eventId: string;
  readonly #owner: string;
  readonly #renewal: NodeJS.Timeout;
  /** Milliseconds since the epoch; counted from before the write that renewed it. */
  #until: number;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(table: Table, eventId: string, owner: string, until: number) {
    this.#table = table;
    this.#eventId = eventId;
    this.#owner = owner;
    this.#until = until;
    this.#renewal = setInterval(() => void this.#renew().catch(() => {}), RENEWAL_MS);
  }

  /** Undefined while somebody else holds it, who will look at the bell once more after it has let go. */
  static async take(table: Table, eventId: string): Promise<{ lease: Lease; cursor: Cursor } | undefined> {
    const owner = newId();
    const until = Date.now() + LEASE_MS;
    const cursor = await takeLease(table, eventId, owner);
    return cursor && { lease: new Lease(table, eventId, owner, until), cursor };
  }

  /** Until when it is ours, unless it is renewed; milliseconds since the epoch. */
  get until(): number {
    return this.#until;
  }

  /** Throws if the lease is no longer ours. */
  check(): void {
    if (Date.now() >= this.#until) throw new Error('The lease ran out');
  }

  /** Writes down what a window has done. Throws if the lease was lost. */
  async settle(progress: Progress): Promise<Cursor> {
    return this.#inTurn(async (until) => {
      const cursor = await settle(this.#table, this.#eventId, this.#owner, progress);
      if (!cursor) throw new Error('The lease was taken');
      this.#until = until;
      return cursor;
    });
  }

  /** Writes down and lets go. Throws if the lease was lost. */
  async release(progress: Progress): Promise<void> {
    if (!(await release(this.#table, this.#eventId, this.#owner, progress)))
      throw new Error('The lease was taken');
  }

  /** Lets go, whatever there is still to do; if that fails too, the lease runs out. */
  async letGo(): Promise<void> {
    await abandonLease(this.#table, this.#eventId, this.#owner).catch(() => {});
  }

  stopRenewing(): void {
    clearInterval(this.#renewal);
  }

  async #renew(): Promise<void> {
    await this.#inTurn(async (until) => {
      const isOurs = await keepLease(this.#table, this.#eventId, this.#owner);
      this.#until = isOurs ? until : 0;
    });
  }

  /** One write after the other: a slow one must not shorten what a later one has prolonged. */
  #inTurn<T>(write: (until: number) => Promise<T>): Promise<T> {
    const turn = this.#writing.then(() => write(Date.now() + LEASE_MS));
    this.#writing = turn.catch(() => {});
    return turn;
  }
}
