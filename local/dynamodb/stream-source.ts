import type { Clock } from '../clock.ts';
import type { ServiceMetrics } from '../cloudwatch/service-metrics.ts';
import type { Faults } from '../faults.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Log } from '../log.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import { createFilter } from './filter-pattern.ts';
import { type DiscardedBatch, deliverBatch } from './stream-delivery.ts';
import { StreamLanes } from './stream-lanes.ts';
import { readStream } from './stream-reader.ts';
import { type SourceRecord, type StreamRecord, toStreamRecord } from './stream-record.ts';
import type { TimeToLive } from './time-to-live.ts';

export interface StreamSourceOptions {
  readonly mapping: EventSourceMapping;
  /** DynamoDB itself. */
  readonly endpoint: string;
  readonly lambda: Lambda;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly log: Log;
  readonly timeToLive: Pick<TimeToLive, 'hasRemoved'>;
  readonly checkpoints: Pick<Checkpoints, 'get' | 'track'>;
  /** Lambda asks four times a second. */
  readonly pollMs: number;
  readonly metrics?: ServiceMetrics | undefined;
  /** Told of what is given up, beside the log. */
  readonly onDiscard?: ((mapping: EventSourceMapping, batch: DiscardedBatch) => void) | undefined;
}

export interface StreamSource {
  /** What was given up, oldest first. */
  readonly discarded: readonly DiscardedBatch[];
  stop(): Promise<void>;
}

/** As many shards a table seems to have; each has `ParallelizationFactor` lanes. */
const shards = 4;

/** Who removes what has expired, in the words of DynamoDB Streams. */
const theService = { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' };

/** Reading waits while this many records have not been delivered. */
const maxPending = 10_000;

/** Feeds a function from a table's stream. Resolves once no later change can be missed. */
export async function startStreamSource(options: StreamSourceOptions): Promise<StreamSource> {
  const { mapping, endpoint, lambda, clock, faults, log, timeToLive } = options;
  const discarded: DiscardedBatch[] = [];
  const passes = createFilter(mapping.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? []);
  const stopping = new AbortController();

  const pause = (ms: number) =>
    new Promise<boolean>((resolve) => {
      if (stopping.signal.aborted) return resolve(false);
      const onAbort = () => {
        cancel();
        resolve(false);
      };
      const cancel = clock.after(ms, () => {
        stopping.signal.removeEventListener('abort', onAbort);
        resolve(true);
      });
      stopping.signal.addEventListener('abort', onAbort);
    });

  const markRemoval = (record: SourceRecord): SourceRecord => {
    const { eventName, dynamodb, userIdentity } = record;
    const byService = eventName === 'REMOVE' && timeToLive.hasRemoved(mapping.tableName, dynamodb.Keys);
    return byService && !userIdentity ? { ...record, userIdentity: theService } : record;
  };

  /** DynamoDB knows nothing of a clock that was moved ahead: by that one, every record would be old. */
  const byOurClock = (record: SourceRecord): SourceRecord => {
    const aheadSeconds = (clock.now() - Date.now()) / 1000;
    const createdAt = record.dynamodb.ApproximateCreationDateTime + Math.round(aheadSeconds);
    return { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: createdAt } };
  };

  const measureAge = (records: readonly StreamRecord[]) => {
    const [, name = mapping.FunctionName] = /:function:([^:]+)/.exec(mapping.FunctionName) ?? [];
    const createdAt = (records.at(-1)?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000;
    options.metrics?.lambda(name, 'IteratorAge', Math.max(0, clock.now() - createdAt));
  };

  const lanes = new StreamLanes({
    lanes: shards * mapping.ParallelizationFactor,
    batchSize: mapping.BatchSize,
    batchingWindowMs: mapping.MaximumBatchingWindowInSeconds * 1000,
    deliver: async (batch) => {
      if (Math.random() < faults.streamDropRate) return;
      const delivery = {
        mapping,
        invoke: (event: { Records: readonly StreamRecord[] }) => {
          measureAge(event.Records);
          return lambda.invoke(mapping.FunctionName, event);
        },
        clock,
        pause,
        onDiscard(batch: DiscardedBatch) {
          discarded.push(batch);
          options.onDiscard?.(mapping, batch);
          const { condition } = batch.requestContext;
          const { batchSize, startSequenceNumber } = batch.DDBStreamBatchInfo;
          log(
            `${mapping.logicalId}: ${batchSize} records from ${startSequenceNumber} are given up: ${condition}`,
          );
        },
      };
      await deliverBatch(batch, delivery);
      if (Math.random() < faults.streamRedeliveryRate) await deliverBatch(batch, delivery);
    },
  });

  const done = options.checkpoints.get(mapping.logicalId);
  let lastRead = done;
  options.checkpoints.track(mapping.logicalId, () => {
    const pending = lanes.oldestPending;
    return pending === undefined ? lastRead : pending - 1n;
  });

  const stopReading = await readStream({
    endpoint,
    tableName: mapping.tableName,
    startingPosition: done > 0n ? 'TRIM_HORIZON' : mapping.StartingPosition,
    pollMs: options.pollMs,
    onRecords: async (page) => {
      const records = page.filter(({ dynamodb }) => BigInt(dynamodb.SequenceNumber) > done);
      lastRead = BigInt(records.at(-1)?.dynamodb.SequenceNumber ?? lastRead);
      const marked = records.map((record) => byOurClock(markRemoval(record)));
      lanes.add(marked.map((record) => toStreamRecord(record, mapping.EventSourceArn)).filter(passes));
      await lanes.drainTo(maxPending);
    },
    onError: (error) =>
      log(`${mapping.logicalId}: the stream of ${mapping.tableName} cannot be read: ${error}`),
  });
  return {
    discarded,
    stop: async () => {
      stopping.abort();
      lanes.stop();
      await stopReading();
    },
  };
}
