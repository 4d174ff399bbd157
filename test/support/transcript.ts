/** A busy machine is slow; only what never comes costs this. */
const PATIENCE_MS = 45_000;

/** Rejects with what was waited for if `start` does not resolve in time. */
export function withPatience<T>(
  what: string | (() => string),
  start: (resolve: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`Waited in vain for ${typeof what === 'string' ? what : what()}`));
    const timer = setTimeout(giveUp, PATIENCE_MS);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** How long somebody waits: until `start` has resolved it, or until it is in vain. */
export type Patience = typeof withPatience;

/** What a client has heard, in order; a test takes it entry by entry. */
export class Transcript<Entry> {
  readonly entries: Entry[] = [];
  readonly #waiting: Entry[] = [];
  readonly #looking = new Set<() => void>();
  readonly #nameOf: (entry: Entry) => string;
  readonly #patience: Patience;

  /** `nameOf` an entry tells what was heard when something is waited for in vain. */
  constructor(nameOf: (entry: Entry) => string, patience: Patience = withPatience) {
    this.#nameOf = nameOf;
    this.#patience = patience;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    this.#waiting.push(entry);
    for (const look of [...this.#looking]) look();
  }

  /** The next entry that matches and that nobody has taken yet; those before it stay. */
  next(what: string, matches: (entry: Entry) => boolean): Promise<Entry> {
    return this.#when(what, () => {
      const index = this.#waiting.findIndex(matches);
      return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
    });
  }

  /** Waits until `condition` holds for everything so far. */
  async until(what: string, condition: (entries: readonly Entry[]) => boolean): Promise<void> {
    await this.#when(what, () => condition(this.entries) || undefined);
  }

  /** The names of everything so far. */
  get summary(): string {
    return this.entries.map(this.#nameOf).join(', ') || 'nothing';
  }

  #when<T>(what: string, find: () => T | undefined): Promise<T> {
    return this.#patience<T>(
      () => `${what}; heard ${this.summary}`,
      (resolve) => {
        const look = () => {
          const found = find();
          if (found === undefined) return;
          this.#looking.delete(look);
          resolve(found);
        };
        this.#looking.add(look);
        look();
      },
    );
  }
}
