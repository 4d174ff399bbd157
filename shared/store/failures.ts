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

/** Another write of the same item was under way: the same one may succeed when repeated. */
export function isConflict(error: unknown): boolean {
  const { name, CancellationReasons = [] } = as(error);
  return (
    name === 'TransactionConflictException' ||
    (name === 'TransactionCanceledException' &&
      !failedConditions(error) &&
      CancellationReasons.some(({ Code }) => Code === 'TransactionConflict'))
  );
}
