/** One figure of a benchmark. Ratios travel between machines, absolute times do not. */
export interface Measurement {
  /** `part.what` */
  name: string;
  value: number;
  /** `ratio`, `ms`, `MiB` … */
  unit: string;
}

/** One benchmark; `say` shows what it is at. */
export type Part = (say: (line: string) => void) => Promise<Measurement[]>;

/** The middle one. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which this share (0 to 1) of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
