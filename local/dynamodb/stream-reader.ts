import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { callDynamoDB, callDynamoDBStreams, DynamoDBError } from './call.ts';
import { type SourceRecord, sourceRecordSchema } from './stream-record.ts';

export interface StreamReaderOptions {
  /** DynamoDB itself. */
  readonly endpoint: string;
  readonly tableName: string;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  readonly pollMs: number;
  /** Gets records in the order of their shard; the next ones are read when it is done. */
  readonly onRecords: (records: readonly SourceRecord[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const shardsSchema = z.object({
  StreamDescription: z.object({
    Shards: z.array(z.object({ ShardId: z.string(), ParentShardId: z.string().optional() })).default([]),
    LastEvaluatedShardId: z.string().optional(),
  }),
});

const iteratorSchema = z.object({ ShardIterator: z.string() });

const recordsSchema = z.object({
  Records: z.array(sourceRecordSchema).default([]),
  NextShardIterator: z.string().nullish(),
});

/** How often a stream is asked for new shards; DynamoDB Local opens one every few hours. */
const discoverMs = 5_000;

/**
 * Reads every shard of a table's stream, each after its parent. Resolves when the position of the first shards is
 * known, from which on nothing is missed; returns what stops it.
 */
export async function readStream(options: StreamReaderOptions): Promise<() => Promise<void>> {
  const { endpoint, tableName, onError, pollMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  const StreamArn = await streamArnOf(endpoint, tableName);
  const reading = new Map<string, Promise<void>>();

  const iteratorFor = async (ShardId: string, ShardIteratorType: string, SequenceNumber?: string) => {
    const input = { StreamArn, ShardId, ShardIteratorType, SequenceNumber };
    return iteratorSchema.parse(await callDynamoDBStreams(endpoint, 'GetShardIterator', input)).ShardIterator;
  };

  const readShard = async (
    shardId: string,
    position: string,
    firstIterator: string,
    parent: Promise<void>,
  ) => {
    await parent;
    let iterator: string | null | undefined = firstIterator;
    let after: string | undefined;
    while (!signal.aborted) {
      try {
        // Iterators expire, and DynamoDB may have been away for a while.
        iterator ??= await iteratorFor(shardId, after ? 'AFTER_SEQUENCE_NUMBER' : position, after);
        const input = { ShardIterator: iterator };
        const page = recordsSchema.parse(await callDynamoDBStreams(endpoint, 'GetRecords', input));
        if (signal.aborted) return;
        if (page.Records.length > 0) await options.onRecords(page.Records);
        after = page.Records.at(-1)?.dynamodb.SequenceNumber ?? after;
        iterator = page.NextShardIterator;
        if (!iterator) return;
        if (page.Records.length === 0) await pause(pollMs);
      } catch (error) {
        if (signal.aborted) return;
        iterator = undefined;
        if (error instanceof DynamoDBError && error.code === 'TrimmedDataAccessException') {
          // DynamoDB Local says so when an iterator that it gave while the stream was empty meets the first record,
          // as well as when records were read too late. In both cases the oldest there is comes next.
          after = undefined;
          position = 'TRIM_HORIZON';
          await pause(pollMs);
        } else {
          onError(error);
          await pause(Math.max(pollMs, 1000));
        }
      }
    }
  };

  const discover = async (position: 'LATEST' | 'TRIM_HORIZON') => {
    for (const { ShardId, ParentShardId = '' } of await shardsOf(endpoint, StreamArn)) {
      if (reading.has(ShardId)) continue;
      const parent = reading.get(ParentShardId) ?? Promise.resolve();
      reading.set(ShardId, readShard(ShardId, position, await iteratorFor(ShardId, position), parent));
    }
  };

  await discover(options.startingPosition);
  const discovery = (async () => {
    for (await pause(discoverMs); !signal.aborted; await pause(discoverMs)) {
      await discover('TRIM_HORIZON').catch((error: unknown) => signal.aborted || onError(error));
    }
  })();
  return async () => {
    stopping.abort();
    await Promise.all([discovery, ...reading.values()]);
  };
}

async function streamArnOf(endpoint: string, TableName: string): Promise<string> {
  const described = await callDynamoDB(endpoint, 'DescribeTable', { TableName });
  const { Table } = z
    .object({ Table: z.object({ LatestStreamArn: z.string().optional() }) })
    .parse(described);
  if (!Table.LatestStreamArn)
    throw new DynamoDBError('ResourceNotFoundException', `${TableName} has no stream`);
  return Table.LatestStreamArn;
}

async function shardsOf(endpoint: string, StreamArn: string) {
  const shards: z.infer<typeof shardsSchema>['StreamDescription']['Shards'] = [];
  let ExclusiveStartShardId: string | undefined;
  do {
    const input = { StreamArn, ...(ExclusiveStartShardId && { ExclusiveStartShardId }) };
    const page = shardsSchema.parse(await callDynamoDBStreams(endpoint, 'DescribeStream', input));
    shards.push(...page.StreamDescription.Shards);
    ExclusiveStartShardId = page.StreamDescription.LastEvaluatedShardId;
  } while (ExclusiveStartShardId);
  return shards;
}
