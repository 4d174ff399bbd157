import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Invocation } from '../lambda/lambda.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { StreamRecord } from './stream-record.ts';

/** What an on-failure destination would get. */
export interface DiscardedBatch {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly DDBStreamBatchInfo: {
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

export interface DeliveryOptions {
  readonly mapping: EventSourceMapping;
  readonly invoke: (event: { Records: readonly StreamRecord[] }) => Promise<Invocation>;
  readonly clock: Clock;
  /** Waits before the next attempt; false when the source has stopped. */
  readonly pause: (ms: number) => Promise<boolean>;
  readonly onDiscard: (batch: DiscardedBatch) => void;
}

/** Records leave the stream after a day. */
const streamRetentionSeconds = 86_400;

/** AWS does not say how long it waits between attempts. */
const backoffMs = (attempt: number) => Math.min(60_000, 100 * 2 ** Math.min(attempt, 10));

/**
 * Invokes the function with a batch until all of it has succeeded or is given up.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html
 */
export async function deliverBatch(batch: readonly StreamRecord[], options: DeliveryOptions): Promise<void> {
  const { mapping, clock, pause } = options;
  let rest = batch;
  let throttles = 0;
  for (let attempt = 1; rest.length > 0; attempt++) {
    const young = rest.filter((record) => ageSeconds(record, clock) <= maximumAge(mapping));
    if (young.length < rest.length) {
      discard(rest.slice(0, rest.length - young.length), 'RecordAgeExceeded', attempt - 1, options);
      rest = young;
      if (rest.length === 0) return;
    }
    const outcome = await options.invoke({ Records: rest });
    if (!outcome.ok && outcome.throttled) {
      // The function has not run: only the age of the records bounds how often this is tried.
      attempt--;
      if (!(await pause(backoffMs(++throttles)))) return;
      continue;
    }
    throttles = 0;
    const failedFrom = firstFailure(outcome, rest, mapping);
    if (failedFrom === rest.length) return;
    rest = rest.slice(failedFrom);
    // What is left after progress, and each half, has all its retries again.
    if (failedFrom > 0) attempt = 1;
    const retriesLeft = mapping.MaximumRetryAttempts < 0 || attempt <= mapping.MaximumRetryAttempts;
    if (mapping.BisectBatchOnFunctionError && failedFrom === 0 && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      if (!(await pause(backoffMs(attempt)))) return;
      await deliverBatch(rest.slice(0, middle), options);
      rest = rest.slice(middle);
      attempt = 0;
      continue;
    }
    if (!retriesLeft) return discard(rest, 'RetryAttemptsExhausted', attempt, options);
    if (!(await pause(backoffMs(attempt)))) return;
  }
}

const partialResponse = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/** Index of the record from which on the batch has to be delivered again; its length when all is done. */
function firstFailure(
  outcome: Invocation,
  batch: readonly StreamRecord[],
  { FunctionResponseTypes }: EventSourceMapping,
): number {
  if (!outcome.ok) return 0;
  if (!FunctionResponseTypes.includes('ReportBatchItemFailures') || !outcome.payload) return batch.length;
  const response = partialResponse.safeParse(outcome.payload);
  if (!response.success) return 0;
  const failures = response.data.batchItemFailures ?? [];
  if (failures.length === 0) return batch.length;
  const indexes = failures.map(({ itemIdentifier }) =>
    batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
  );
  // An identifier that is not in the batch fails all of it.
  return Math.max(0, Math.min(...indexes));
}

const ageSeconds = ({ dynamodb }: StreamRecord, clock: Clock) =>
  clock.now() / 1000 - dynamodb.ApproximateCreationDateTime;

const maximumAge = ({ MaximumRecordAgeInSeconds }: EventSourceMapping) =>
  MaximumRecordAgeInSeconds < 0 ? streamRetentionSeconds : MaximumRecordAgeInSeconds;

function discard(
  records: readonly StreamRecord[],
  condition: DiscardedBatch['requestContext']['condition'],
  approximateInvokeCount: number,
  { mapping, clock, onDiscard }: DeliveryOptions,
): void {
  onDiscard({
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.FunctionName,
      condition,
      approximateInvokeCount,
    },
    version: '1.0',
    timestamp: new Date(clock.now()).toISOString(),
    DDBStreamBatchInfo: {
      startSequenceNumber: records[0]?.dynamodb.SequenceNumber ?? '',
      endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber ?? '',
      batchSize: records.length,
      streamArn: mapping.EventSourceArn,
    },
  });
}
