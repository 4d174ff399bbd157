/**
 * What DynamoDB's refusals mean to us. By name, not `instanceof`: bundles may hold two copies of a class.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */

interface DynamoDBFailure {
  name?: string;
  CancellationReasons?: { Code?: string }[];
}

const as = (error: unknown): DynamoDBFailure => (error ?? {}) as DynamoDBFailure;

export const isConditionFailed = (error: unknown): boolean =>
  as(error).name === 'ConditionalCheckFailedException';

/** The indexes of the operations of a transaction whose conditions failed; undefined for any other error. */
export function failedConditions(error: unknown): number[] | undefined {
  const { name, CancellationReasons = [] } = as(error);
  if (name !== 'TransactionCanceledException') return undefined;
  const failed = CancellationReasons.flatMap(({ Code }, index) =>
    Code === 'ConditionalCheckFailed' ? [index] : [],
  );
  return failed.length > 0 ? failed : undefined;
}

const TRANSIENT = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/**
 * Another write of the same item was under way, or a transaction was throttled, which the SDK does not repeat: the same
 * write may succeed when repeated.
 */
export function isTransient(error: unknown): boolean {
  const { name, CancellationReasons = [] } = as(error);
  return (
    name === 'TransactionConflictException' ||
    (name === 'TransactionCanceledException' &&
      !failedConditions(error) &&
      CancellationReasons.some(({ Code = '' }) => TRANSIENT.includes(Code)))
  );
}
