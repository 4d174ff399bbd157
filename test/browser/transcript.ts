import { withPatience } from '../support/chat-client.ts';

export interface Entry {
  readonly event: string;
  readonly args: readonly unknown[];
}

/** What a page has heard, in order; a test takes it entry by entry. */
export class Transcript {
  readonly entries: Entry[] = [];
  readonly #waiting: Entry[] = [];
  readonly #looking = new Set<() => void>();

  add(entry: Entry): void {
    this.entries.push(entry);
    this.#waiting.push(entry);
    for (const look of [...this.#looking]) look();
  }

  /** The arguments of the next event of this name that nobody has taken yet; those before it stay. */
  next(name: string): Promise<readonly unknown[]> {
    return this.#when(name, () => {
      const index = this.#waiting.findIndex(({ event }) => event === name);
      return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]?.args;
    });
  }

  /** Waits until `condition` holds for everything so far. */
  async until(what: string, condition: (entries: readonly Entry[]) => boolean): Promise<void> {
    await this.#when(what, () => condition(this.entries) || undefined);
  }

  async #when<T>(what: string, find: () => T | undefined): Promise<T> {
    const soFar = this.entries.map(({ event }) => event).join(', ');
    return withPatience<T>(`${what} (before that: ${soFar})`, (resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        this.#looking.delete(look);
        resolve(found);
      };
      this.#looking.add(look);
      look();
    });
  }
}
