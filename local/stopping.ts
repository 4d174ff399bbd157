const withinMs = 5_000;

/** npm passes on what the terminal has sent to its script already: one Ctrl-C arrives twice. */
const sameCtrlCMs = 300;

/** Ends the process on Ctrl-C and the like: stops what was added, last added first, and exits by force if that takes long. */
export class Stopping {
  readonly #stops: (() => unknown)[] = [];
  #beganAt: number | undefined;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#onSignal());
    // Where npm runs scripts in a shell, signals do not get here: stop when the shell is gone.
    const { ppid } = process;
    setInterval(() => process.ppid !== ppid && void this.end(0), 500).unref();
  }

  get hasBegun(): boolean {
    return this.#beganAt !== undefined;
  }

  add(stop: () => unknown): void {
    this.#stops.push(stop);
  }

  /** Stops everything, and exits. Only the first call counts. */
  async end(exitCode: number): Promise<void> {
    if (this.hasBegun) return;
    this.#beganAt = performance.now();
    setTimeout(() => {
      console.error(`Not everything stopped within ${withinMs / 1000} seconds; the rest is ended by force.`);
      process.exit(1);
    }, withinMs);
    for (const stop of this.#stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
      }
    }
    process.exit(exitCode);
  }

  #onSignal(): void {
    if (this.#beganAt === undefined) void this.end(0);
    else if (performance.now() - this.#beganAt > sameCtrlCMs) process.exit(130);
  }
}
