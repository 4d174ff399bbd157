/** Notes what happens, in order: of whom, what, and more. */
export type Trace = (who: string, ...what: unknown[]) => void;

/** Everything that happened in a world: its transcript, and what two runs of a seed are compared by. */
export class Transcript {
  readonly #lines: [at: number, who: string, what: unknown[]][] = [];

  constructor(now: () => number) {
    this.note = (who, ...what) => void this.#lines.push([now(), who, what]);
  }

  readonly note: Trace;

  /** One line each, with the time in seconds since `start`. `of`: only of these. */
  lines(start: number, of?: (who: string) => boolean): string[] {
    return this.#lines
      .filter(([, who]) => !of || of(who))
      .map(
        ([at, who, what]) =>
          `${((at - start) / 1000).toFixed(3).padStart(9)} ${who.padEnd(10)} ${what.map(shown).join(' ')}`,
      );
  }
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
