import type { ChangeRecord } from './change-record.ts';
import { streamArnOf, streamLabelOf } from './describe-table.ts';
import { DynamoDBException, invalid } from './errors.ts';
import type { Table } from './table.ts';

/** No reader is so far behind. DynamoDB keeps them for a day. */
const KEPT_RECORDS = 100_000;
const MAX_PAGE = 1_000;

const shardId = 'shardId-00000000000000000000-00000000';

const notFound = () =>
  new DynamoDBException('ResourceNotFoundException', 'Requested resource not found: Stream not found');

interface Input {
  readonly StreamArn?: string;
  readonly TableName?: string;
  readonly ShardIteratorType?: string;
  readonly SequenceNumber?: string;
  readonly ShardIterator?: string;
  readonly Limit?: number;
}

/**
 * The records of all streams, and the API that reads them: each stream is one shard.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
export class Streams {
  readonly #tables: () => ReadonlyMap<string, Table>;
  /** By table, oldest first. */
  readonly #records = new Map<string, ChangeRecord[]>();

  constructor(tables: () => ReadonlyMap<string, Table>) {
    this.#tables = tables;
  }

  add(table: string, record: ChangeRecord): void {
    const records = this.#records.get(table);
    if (!records) this.#records.set(table, [record]);
    else if (records.push(record) >= 2 * KEPT_RECORDS) records.splice(0, KEPT_RECORDS);
  }

  call(operation: string, input: Input): object {
    switch (operation) {
      case 'ListStreams':
        return this.#list(input);
      case 'DescribeStream':
        return this.#describe(input);
      case 'GetShardIterator':
        return this.#iterator(input);
      case 'GetRecords':
        return this.#page(input);
      default:
        throw new DynamoDBException('UnknownOperationException', 'An unknown operation was requested.');
    }
  }

  #list({ TableName }: Input): object {
    const tables = [...this.#tables().values()].filter(
      ({ name, streamViewType }) => streamViewType && (TableName === undefined || TableName === name),
    );
    return {
      Streams: tables.map((table) => ({
        StreamArn: streamArnOf(table),
        TableName: table.name,
        StreamLabel: streamLabelOf(table),
      })),
    };
  }

  #describe({ StreamArn }: Input): object {
    const table = this.#tableOf(StreamArn);
    return {
      StreamDescription: {
        StreamArn,
        StreamLabel: streamLabelOf(table),
        StreamStatus: 'ENABLED',
        StreamViewType: table.streamViewType,
        CreationRequestDateTime: table.createdAt / 1000,
        TableName: table.name,
        KeySchema: table.definition.KeySchema,
        Shards: [
          { ShardId: shardId, SequenceNumberRange: { StartingSequenceNumber: '1'.padStart(21, '0') } },
        ],
      },
    };
  }

  /** Says after which record to go on. */
  #iterator({ StreamArn, ShardIteratorType, SequenceNumber = '' }: Input): object {
    const records = this.#records.get(this.#tableOf(StreamArn).name) ?? [];
    const after = {
      TRIM_HORIZON: '',
      LATEST: records.at(-1)?.dynamodb.SequenceNumber ?? '',
      AFTER_SEQUENCE_NUMBER: SequenceNumber,
      AT_SEQUENCE_NUMBER: records[firstAfter(records, SequenceNumber) - 2]?.dynamodb.SequenceNumber ?? '',
    }[`${ShardIteratorType}`];
    if (after === undefined) throw invalid('Invalid ShardIteratorType');
    return { ShardIterator: `${StreamArn}|${after}` };
  }

  #page({ ShardIterator = '', Limit = MAX_PAGE }: Input): object {
    const [, StreamArn, after = ''] = /^(.+)\|(\d*)$/.exec(ShardIterator) ?? [];
    if (!StreamArn) throw invalid('Invalid ShardIterator');
    const records = this.#records.get(this.#tableOf(StreamArn).name) ?? [];
    const from = firstAfter(records, after);
    const Records = records.slice(from, from + Math.min(Limit, MAX_PAGE));
    const last = Records.at(-1)?.dynamodb.SequenceNumber ?? after;
    return { Records, NextShardIterator: `${StreamArn}|${last}` };
  }

  #tableOf(StreamArn: string | undefined): Table {
    const table = this.#tables().get(StreamArn?.split('/')[1] ?? '');
    if (!table?.streamViewType || streamArnOf(table) !== StreamArn) throw notFound();
    return table;
  }
}

/** The index of the first record with a higher number. */
function firstAfter(records: readonly ChangeRecord[], sequenceNumber: string): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle] as ChangeRecord).dynamodb.SequenceNumber > sequenceNumber) high = middle;
    else low = middle + 1;
  }
  return low;
}
