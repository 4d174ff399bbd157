import { newId } from '../ids.ts';
import {
  abandonLease,
  type Cursor,
  keepLease,
  LEASE_MS,
  release,
  type Seen,
  settle,
  takeLease,
} from '../store/cursor.ts';
import type { Table } from '../store/table.ts';

/**
 * The right to run windows of one event: at most one holder at a time makes the order of frames. Renews itself; a holder
 * that was paused for too long learns here that it is one no more, and throws instead of posting.
 */
export class Lease {
  readonly #table: Table;
  readonly #eventId: string;
  readonly #owner: string;
  readonly #renewal: NodeJS.Timeout;
  #isLost = false;

  private constructor(table: Table, eventId: string, owner: string) {
    this.#table = table;
    this.#eventId = eventId;
    this.#owner = owner;
    this.#renewal = setInterval(() => void this.#renew(), LEASE_MS / 3);
  }

  /** Undefined while somebody else holds it, who has heard the knock and will look again. */
  static async take(table: Table, eventId: string): Promise<{ lease: Lease; cursor: Cursor } | undefined> {
    const owner = newId();
    const cursor = await takeLease(table, eventId, owner);
    return cursor && { lease: new Lease(table, eventId, owner), cursor };
  }

  /** Throws if the lease was lost. */
  check(): void {
    if (this.#isLost) throw new Error('The lease was lost');
  }

  /** Makes sure of the lease, and announces that the coming window reaches up to `claimed`. Throws if it was lost. */
  async claim(claimed: number | undefined): Promise<void> {
    this.#isLost ||= !(await keepLease(this.#table, this.#eventId, this.#owner, claimed));
    this.check();
  }

  /** Writes down what a window has done. Throws if the lease was lost. */
  async settle(seen: Seen): Promise<Cursor> {
    const cursor = await settle(this.#table, this.#eventId, this.#owner, seen);
    this.#isLost ||= cursor === undefined;
    this.check();
    return cursor as Cursor;
  }

  /** Writes down and lets go; false if somebody knocked since `knocks`, or if the lease was lost. */
  async release(seen: Seen, knocks: number | undefined): Promise<boolean> {
    return release(this.#table, this.#eventId, this.#owner, seen, knocks);
  }

  /** Lets go without having done anything; if that fails too, it runs out. */
  async abandon(): Promise<void> {
    await abandonLease(this.#table, this.#eventId, this.#owner).catch(() => {});
  }

  stopRenewing(): void {
    clearInterval(this.#renewal);
  }

  async #renew(): Promise<void> {
    try {
      this.#isLost ||= !(await keepLease(this.#table, this.#eventId, this.#owner));
    } catch {
      // Not known to be lost: the next renewal or write tells.
    }
  }
}
