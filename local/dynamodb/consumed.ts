import { isWrite } from './request-resources.ts';

type Input = Readonly<Record<string, unknown>>;

/** The request, asking what it consumes. */
export const askingForCapacity = (input: Input): Buffer =>
  Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }));

/** Capacity units of one request. */
export interface Consumed {
  readonly readUnits: number;
  readonly writeUnits: number;
}

/**
 * What a request consumed, by its answer. Writes whose condition failed are charged, and reads of what is not there, which DynamoDB
 * Local leaves out: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function consumedBy(operation: string, input: Input, status: number, content: Buffer): Consumed {
  const hasFailed = /ConditionalCheckFailed/.test(`${content}`);
  if (isWrite(operation)) {
    const writeUnits = status === 200 ? unitsOf(content) : hasFailed ? itemsOf(input) : 0;
    return { readUnits: 0, writeUnits };
  }
  return { readUnits: status === 200 ? Math.max(unitsOf(content), leastRead(input)) : 0, writeUnits: 0 };
}

function unitsOf(content: Buffer): number {
  const { ConsumedCapacity = [] } = JSON.parse(`${content}`) as { ConsumedCapacity?: Total | Total[] };
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

/** Two for each item of a transaction. */
const itemsOf = ({ TransactItems }: Input): number =>
  Array.isArray(TransactItems) ? 2 * TransactItems.length : 1;

/** Half a unit, or one if the read is consistent; for each key of `BatchGetItem`. */
function leastRead({ RequestItems, ...request }: Input): number {
  const each = ({ ConsistentRead, Keys = [{}] }: Read) => Keys.length * (ConsistentRead === true ? 1 : 0.5);
  const reads = RequestItems === undefined ? [request] : Object.values(RequestItems as Record<string, Read>);
  return reads.reduce((sum, read) => sum + each(read), 0);
}

interface Read {
  ConsistentRead?: boolean;
  Keys?: unknown[];
}

interface Total {
  CapacityUnits?: number;
}
