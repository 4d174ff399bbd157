import type { Faults } from './faults.ts';
import type { Lambda } from './lambda.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Change } from './table-model.ts';

interface Record {
  eventName: 'MODIFY';
  dynamodb: { Keys: Change['keys']; SequenceNumber: string };
}

const LANES = 2;
const BATCH = 100;

interface Means {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  lambda: () => Lambda;
}

/**
 * The table's stream to `stream/deliver`: the records of changed event heads, of one item in order, at least once. A lane has one
 * batch under way, which comes again until it is done (infra/constructs/delivery.ts).
 */
export class Stream {
  readonly #lanes = Array.from({ length: LANES }, () => ({ waiting: [] as Record[], isBusy: false }));
  readonly #means: Means;
  #sequence = 0;

  constructor(means: Means) {
    this.#means = means;
  }

  get pending(): number {
    return this.#lanes.reduce((sum, { waiting, isBusy }) => sum + waiting.length + (isBusy ? 1 : 0), 0);
  }

  /** What the filter lets through. */
  changed({ keys, name }: Change): void {
    const { faults, random, scheduler } = this.#means;
    if (name !== 'MODIFY' || keys.sk?.S !== 'HEAD') return;
    if (faults.happens('recordLost')) return;
    this.#sequence += 1;
    const record: Record = {
      eventName: 'MODIFY',
      dynamodb: { Keys: keys, SequenceNumber: String(this.#sequence).padStart(12, '0') },
    };
    const lane = this.#lanes[(keys.pk?.S ?? '').charCodeAt(6) % LANES] ?? this.#lanes[0];
    if (!lane) return;
    lane.waiting.push(record);
    if (faults.happens('recordTwice')) lane.waiting.push(record);
    const wait = faults.happens('recordLate') ? random.between(500, 4_000) : random.between(20, 200);
    if (!lane.isBusy) {
      lane.isBusy = true;
      scheduler.after(wait, () => void this.#drain(lane));
    }
  }

  async #drain(lane: { waiting: Record[]; isBusy: boolean }): Promise<void> {
    const { scheduler, random, lambda } = this.#means;
    while (lane.waiting.length > 0) {
      const Records = lane.waiting.slice(0, BATCH);
      const outcome = await lambda().invoke('stream/deliver', { Records });
      const done = outcome.state === 'returned' ? doneOf(Records, outcome.value) : 0;
      lane.waiting.splice(0, done);
      await scheduler.sleep(done === Records.length ? random.between(5, 100) : random.between(200, 2_000));
    }
    lane.isBusy = false;
  }
}

/** How many records are done: those before the first that failed. */
function doneOf(records: readonly Record[], value: unknown): number {
  const { batchItemFailures } = value as { batchItemFailures: { itemIdentifier: string }[] };
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const first = records.findIndex(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
  return first === -1 ? records.length : first;
}
