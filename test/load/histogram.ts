const LEAST_MS = 0.1;
/** Each bucket ends 1 % above the one before. */
const GROWTH = Math.log(1.01);
/** Up to 13 minutes. */
const BUCKETS = 1_600;

/** Durations, milliseconds, within 1 %: millions of them need no more memory than one. */
export class Histogram {
  count = 0;
  max = 0;
  readonly #buckets = new Uint32Array(BUCKETS);

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / GROWTH);
    const at = Math.min(bucket, BUCKETS - 1);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    this.count += 1;
    this.max = Math.max(this.max, ms);
  }

  /** At most this long for so much (0 to 1) of all; `NaN` if there is none. */
  quantile(share: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (const [at, count] of this.#buckets.entries()) {
      seen += count;
      if (seen >= rank) return Math.min(LEAST_MS * Math.exp(GROWTH * at), this.max);
    }
    return this.max;
  }
}
