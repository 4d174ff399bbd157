import type { Item } from './attribute-value.ts';

/** Why an action of a transaction was not carried out, or `None` if it was not to blame. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

interface Details {
  /** Of a failed condition, if the request wants to see it. */
  readonly Item?: Item | undefined;
  readonly CancellationReasons?: readonly CancellationReason[];
}

/**
 * What DynamoDB refuses a request with; `name` is its error code.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export class DynamoDBException extends Error {
  readonly Item?: Item;
  readonly CancellationReasons?: readonly CancellationReason[];

  constructor(name: string, message: string, { Item, CancellationReasons }: Details = {}) {
    super(message);
    this.name = name;
    if (Item) this.Item = Item;
    if (CancellationReasons) this.CancellationReasons = CancellationReasons;
  }
}

export const invalid = (message: string) => new DynamoDBException('ValidationException', message);

export const parameterInvalid = (what: string) =>
  invalid(`One or more parameter values were invalid: ${what}`);

export const noTable = () =>
  new DynamoDBException('ResourceNotFoundException', 'Cannot do operations on a non-existent table');

/** `old`: the item as it is, if the request wants to see it. */
export const conditionFailed = (old?: Item) =>
  new DynamoDBException('ConditionalCheckFailedException', CONDITION_FAILED, { Item: old });

const CONDITION_FAILED = 'The conditional request failed';

export const reasonOfFailedCondition = (old?: Item): CancellationReason => ({
  Code: 'ConditionalCheckFailed',
  Message: CONDITION_FAILED,
  ...(old && { Item: old }),
});

/** One reason for each action, in their order. */
export function transactionCanceled(reasons: readonly CancellationReason[]): DynamoDBException {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new DynamoDBException(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
