import type { Item } from './attribute-value.ts';
import { batchGetItem, batchWriteItem } from './batches.ts';
import { type Consumed, consumedByWrite, withCapacity } from './capacity.ts';
import { type ChangeRecord, changeRecord } from './change-record.ts';
import { equal } from './compare.ts';
import { DynamoDBException } from './errors.ts';
import type { QueryInput, WriteInput } from './input.ts';
import { getItem } from './item-read.ts';
import { writeItem } from './item-write.ts';
import type { Place } from './key-schema.ts';
import { query } from './query.ts';
import { refuseLegacy } from './refuse-legacy.ts';
import type { State } from './state.ts';
import type { Table, Written } from './table.ts';
import * as tables from './tables.ts';
import { transactGetItems, WriteTransactions } from './transactions.ts';

export interface MemoryDynamoDBOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Gets what changes in tables with a stream, in the order of the changes, before the call that changed it returns. */
  readonly onRecord?: ((table: string, record: ChangeRecord) => void) | undefined;
  /** How long it is known what was there before, milliseconds, for `asOf`. Default 0. */
  readonly historyMs?: number;
}

export interface CallOptions {
  /**
   * A moment not longer ago than `historyMs`: reads that are not strongly consistent find what was there then.
   * Milliseconds since the epoch.
   */
  readonly asOf?: number | undefined;
}

type Read = (
  state: State,
  input: QueryInput,
  asOf: number | undefined,
) => { output: object; consumed: Consumed };
type Operation = (input: never, asOf: number | undefined) => object;

/**
 * DynamoDB in memory: synchronous, one call after the other, without a clock or chance of its own. Inputs and outputs
 * are those of DynamoDB's JSON protocol. What it returns is shared with what it keeps: nobody may change it.
 * test/store/memory-model.test.ts compares it with DynamoDB Local.
 */
export class MemoryDynamoDB {
  readonly #state: State;
  readonly #operations: Readonly<Record<string, Operation>>;
  readonly #onRecord: MemoryDynamoDBOptions['onRecord'];
  #sequence = 0;

  constructor({ now, onRecord, historyMs = 0 }: MemoryDynamoDBOptions) {
    this.#onRecord = onRecord;
    const state: State = {
      ...{ now, historyMs },
      tables: new Map(),
      write: (table, place, after) => this.#write(table, place, after),
    };
    this.#state = state;
    this.#operations = operationsOn(state);
  }

  /** Throws a `DynamoDBException` as DynamoDB answers with an error; then nothing has changed. */
  call(operation: string, input: unknown, { asOf }: CallOptions = {}): unknown {
    const run = Object.hasOwn(this.#operations, operation) ? this.#operations[operation] : undefined;
    if (!run) throw new DynamoDBException('UnknownOperationException', 'An unknown operation was requested.');
    refuseLegacy(input as object);
    return run(input as never, asOf);
  }

  get tables(): ReadonlyMap<string, Table> {
    return this.#state.tables;
  }

  #write(table: Table, place: Place, after: Item | undefined): Written {
    const now = this.#state.now();
    const written = table.put(place, after, now);
    const { before } = written;
    const isSame = before && after ? equal({ M: before }, { M: after }) : !before && !after;
    if (!isSame && table.streamViewType) {
      this.#sequence += 1;
      const at = { sequence: this.#sequence, now };
      this.#onRecord?.(table.name, changeRecord(table, table.streamViewType, written, at));
    }
    return written;
  }
}

function operationsOn(state: State): Record<string, Operation> {
  const write = (kind: 'Put' | 'Update' | 'Delete') => (input: WriteInput) => {
    const { table, written, output } = writeItem(state, kind, input);
    return withCapacity(output, input.ReturnConsumedCapacity, () => consumedByWrite(table, written));
  };
  const read =
    (run: Read) =>
    (input: QueryInput, asOf: number | undefined): object => {
      const { output, consumed } = run(state, input, asOf);
      return withCapacity(output, input.ReturnConsumedCapacity, () => consumed);
    };
  const on =
    <Input>(run: (on: State, input: Input, asOf?: number) => object) =>
    (input: Input, asOf: number | undefined) =>
      run(state, input, asOf);
  const transactions = new WriteTransactions(state);
  return {
    PutItem: write('Put'),
    UpdateItem: write('Update'),
    DeleteItem: write('Delete'),
    GetItem: read(getItem),
    Query: read((_, input, asOf) => query(state, false, input, asOf)),
    Scan: read((_, input, asOf) => query(state, true, input, asOf)),
    BatchGetItem: on(batchGetItem),
    BatchWriteItem: on(batchWriteItem),
    TransactWriteItems: (input: never) => transactions.run(input),
    TransactGetItems: on(transactGetItems),
    CreateTable: on(tables.createTable),
    DescribeTable: on(tables.describeTable),
    DeleteTable: on(tables.deleteTable),
    ListTables: on(tables.listTables),
    UpdateTimeToLive: on(tables.updateTimeToLive),
    DescribeTimeToLive: on(tables.describeTimeToLive),
  };
}
