import { ChatError } from '../protocol/errors.ts';
import type { ChatSettings } from '../settings.ts';
import { takeRate } from '../store/rate.ts';
import type { Table } from '../store/table.ts';

/** What each function's memory lets through by itself, at once and per second: those who are no faster cost no write. */
const FREE = 100;
const FREE_PER_SECOND = 10;
/** What is taken from the table at once: a write for so many requests. */
const BLOCK = 100;
/** Whoever is refused more often than this, without having waited, is disconnected. */
const REFUSALS = 10;
/** The connections that are remembered; beyond, the oldest begins anew. */
const REMEMBERED = 10_000;

interface Budget {
  left: number;
  /** When it was filled up last, milliseconds. */
  filledAt: number;
  /** Until when the table has none, milliseconds. */
  refusedUntil: number;
  refusals: number;
  hasEnded: boolean;
}

/**
 * Limits what connections ask for that has no allowance of its own: reads, pings, what is no request. One budget for each
 * connection in the memory of each function, which the table tops up, so the limit is soft: every environment of a function
 * gives `FREE` once (docs/security.md).
 */
export class RequestLimit {
  readonly #table: Table;
  readonly #rate: { perSecond: number; burst: number };
  readonly #free: number;
  readonly #budgets = new Map<string, Budget>();

  constructor(table: Table, settings: Pick<ChatSettings, 'requestsPerSecond' | 'requestBurst'>) {
    this.#table = table;
    this.#rate = { perSecond: settings.requestsPerSecond, burst: settings.requestBurst };
    this.#free = Math.min(FREE, settings.requestBurst);
  }

  /** Throws `RATE_LIMITED`. */
  async take(connectionId: string, units = 1): Promise<void> {
    const budget = this.#budgetOf(connectionId);
    this.#fill(budget);
    while (budget.left < units) await this.#topUp(connectionId, budget);
    budget.left -= units;
  }

  /** For a request that turned out to have an allowance of its own. */
  giveBack(connectionId: string): void {
    this.#budgetOf(connectionId).left += 1;
  }

  /** Whether it goes on after several refusals, and is to be disconnected. */
  goesOn(connectionId: string): boolean {
    return (this.#budgets.get(connectionId)?.refusals ?? 0) > REFUSALS;
  }

  /** It is disconnected: what it has sent before costs nothing more. */
  end(connectionId: string): void {
    this.#budgetOf(connectionId).hasEnded = true;
  }

  hasEnded(connectionId: string): boolean {
    return this.#budgets.get(connectionId)?.hasEnded ?? false;
  }

  #budgetOf(connectionId: string): Budget {
    const known = this.#budgets.get(connectionId);
    if (known) return known;
    const [oldest] = this.#budgets.keys();
    if (oldest !== undefined && this.#budgets.size >= REMEMBERED) this.#budgets.delete(oldest);
    const budget = { left: this.#free, filledAt: Date.now(), refusedUntil: 0, refusals: 0, hasEnded: false };
    this.#budgets.set(connectionId, budget);
    return budget;
  }

  #fill(budget: Budget): void {
    const now = Date.now();
    const perSecond = Math.min(FREE_PER_SECOND, this.#rate.perSecond);
    const filled = Math.min(this.#free, budget.left + (perSecond * (now - budget.filledAt)) / 1000);
    // What the table gave may be more.
    budget.left = Math.max(budget.left, filled);
    budget.filledAt = now;
  }

  async #topUp(connectionId: string, budget: Budget): Promise<void> {
    const block = Math.min(BLOCK, this.#rate.burst);
    const now = Date.now();
    if (budget.refusedUntil <= now) {
      const { waitMs } = await takeRate(this.#table, connectionId, 'request', this.#rate, block);
      budget.refusedUntil = now + waitMs;
      if (waitMs === 0) {
        budget.left += block;
        budget.refusals = 0;
        return;
      }
    }
    budget.refusals += 1;
    throw new ChatError('RATE_LIMITED', { retryAfterMs: budget.refusedUntil - now });
  }
}
