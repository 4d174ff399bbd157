import { MemoryDynamoDB } from '../../local/dynamodb/memory/memory-dynamodb.ts';
import { tableKeys } from '../../shared/store/keys.ts';
import { unmarshalled } from './attribute-values.ts';
import type { Item } from './checks/contents.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Operation } from './stand-ins.ts';

/** A write, as the table's stream tells it. */
export interface Change {
  keys: Record<string, { S?: string }>;
  name: 'INSERT' | 'MODIFY' | 'REMOVE';
}

/** Eventually consistent reads are no older. */
const STALE_MS = 1_000;

const { partition, sort, index } = tableKeys;
const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

/** The table, as infra/data-stack.ts makes it, on the in-memory DynamoDB of the local stack, at the time of the world. */
export class TableModel {
  readonly #database: MemoryDynamoDB;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #name: string;

  constructor(name: string, scheduler: Scheduler, random: Random, onChange: (change: Change) => void) {
    this.#name = name;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#database = new MemoryDynamoDB({
      now: () => Math.floor(scheduler.now),
      historyMs: STALE_MS,
      onRecord: (_table, { eventName, dynamodb }) => onChange({ keys: dynamodb.Keys, name: eventName }),
    });
    this.#database.call('CreateTable', {
      TableName: name,
      KeySchema: keySchema(partition, sort),
      AttributeDefinitions: [partition, sort, index.partition, index.sort].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: keySchema(index.partition, index.sort),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    });
  }

  /** Inputs and outputs with DynamoDB's own types. `isStale`: what may be out of date is. */
  call(operation: Operation, input: Record<string, unknown>, isStale: boolean): Record<string, unknown> {
    const asOf = isStale ? Math.floor(this.#scheduler.now - this.#random.between(1, STALE_MS)) : undefined;
    return this.#database.call(operation, input, { asOf }) as Record<string, unknown>;
  }

  /** All items. */
  items(): Item[] {
    const items: Item[] = [];
    for (let from: unknown; ; ) {
      const input = {
        TableName: this.#name,
        ConsistentRead: true,
        ...(from !== undefined && { ExclusiveStartKey: from }),
      };
      const page = this.#database.call('Scan', input) as { Items: never[]; LastEvaluatedKey?: unknown };
      items.push(...page.Items.map((item) => unmarshalled(item) as Item));
      if (!page.LastEvaluatedKey) return items;
      from = page.LastEvaluatedKey;
    }
  }
}
