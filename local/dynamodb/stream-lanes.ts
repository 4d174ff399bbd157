import { itemKey, type StreamRecord } from './stream-record.ts';

export interface StreamLanesOptions {
  readonly lanes: number;
  readonly batchSize: number;
  /** How long a batch that is not full waits for more, milliseconds. */
  readonly batchingWindowMs: number;
  /** Delivers one batch; a lane starts its next one when this is done. */
  readonly deliver: (batch: readonly StreamRecord[]) => Promise<void>;
}

interface Lane {
  readonly queue: StreamRecord[];
  /** The batch under way. */
  batch: readonly StreamRecord[];
  /** The item keys in the queue and in the batch under way, with how many records each. */
  readonly keys: Map<string, number>;
  busy: boolean;
}

/** Lambda takes at most 6 MB in one event; records grow when they become JSON. */
const maxBatchBytes = 4 * 1024 * 1024;

/**
 * Batches that are under way at the same time. The records of one item follow each other in one lane; those of
 * different items, even with the same partition key, overtake each other, as they do on AWS.
 */
export class StreamLanes {
  readonly #options: StreamLanesOptions;
  readonly #lanes: readonly Lane[];
  #idle: (() => void)[] = [];
  #stopped = false;

  constructor(options: StreamLanesOptions) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.lanes }, () => ({
      queue: [],
      batch: [],
      keys: new Map(),
      busy: false,
    }));
  }

  get pending(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.queue.length, 0);
  }

  /** The first record that has not been delivered; undefined if all have. */
  get oldestPending(): bigint | undefined {
    const firsts = this.#lanes.flatMap(({ batch, queue }) => batch[0] ?? queue[0] ?? []);
    const numbers = firsts.map(({ dynamodb }) => BigInt(dynamodb.SequenceNumber));
    return numbers.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  }

  add(records: readonly StreamRecord[]): void {
    for (const record of records) {
      const key = itemKey(record);
      const lane = this.#laneOf(key);
      lane.keys.set(key, (lane.keys.get(key) ?? 0) + 1);
      lane.queue.push(record);
    }
    for (const lane of this.#lanes) void this.#run(lane);
  }

  /** Resolves when fewer than `limit` records wait. */
  async drainTo(limit: number): Promise<void> {
    while (this.pending >= limit && !this.#stopped) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#progressed();
  }

  /** Where its earlier records are; else where the fewest are. */
  #laneOf(key: string): Lane {
    const load = (lane: Lane) => lane.queue.length + (lane.busy ? this.#options.batchSize : 0);
    const own = this.#lanes.find((lane) => lane.keys.has(key));
    return own ?? this.#lanes.reduce((least, lane) => (load(lane) < load(least) ? lane : least));
  }

  async #run(lane: Lane): Promise<void> {
    if (lane.busy) return;
    lane.busy = true;
    while (lane.queue.length > 0 && !this.#stopped) {
      await this.#waitForFullBatch(lane);
      const batch = this.#takeBatch(lane);
      lane.batch = batch;
      await this.#options.deliver(batch);
      // Not delivered when it has been stopped meanwhile.
      if (this.#stopped) break;
      lane.batch = [];
      for (const key of batch.map(itemKey)) {
        const left = (lane.keys.get(key) ?? 1) - 1;
        if (left === 0) lane.keys.delete(key);
        else lane.keys.set(key, left);
      }
      this.#progressed();
    }
    lane.busy = false;
  }

  async #waitForFullBatch(lane: Lane): Promise<void> {
    const until = Date.now() + this.#options.batchingWindowMs;
    while (lane.queue.length < this.#options.batchSize && Date.now() < until && !this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(50, until - Date.now())));
    }
  }

  #takeBatch(lane: Lane): StreamRecord[] {
    let count = 0;
    let bytes = 0;
    while (count < Math.min(this.#options.batchSize, lane.queue.length)) {
      bytes += lane.queue[count]?.dynamodb.SizeBytes ?? 0;
      if (count > 0 && bytes > maxBatchBytes) break;
      count++;
    }
    return lane.queue.splice(0, count);
  }

  #progressed(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
