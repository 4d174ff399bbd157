import type { ConditionContext } from '../iam-policy.ts';
import { leadingKeysOf } from './leading-keys.ts';
import type { KeyOf } from './written-keys.ts';

/** One thing a caller must be allowed to do for its request to be carried out. */
export interface Access {
  /** Such as `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  /** What conditions are about. */
  readonly context: ConditionContext;
}

type Input = Readonly<Record<string, unknown>>;

/** The ARN of a table that a request names, if not by its ARN already. */
export type TableArn = (table: string) => string;

/**
 * What IAM asks of a DynamoDB request. Transactions are authorised as the item operations they are made of.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function accessOf(operation: string, input: Input, tableArn: TableArn, keyOf: KeyOf): Access[] {
  const access = (action: string, request: Input): Access => {
    const { TableName, IndexName } = request;
    const table = tableArn(String(TableName ?? '*'));
    const resource = typeof IndexName === 'string' ? `${table}/index/${IndexName}` : table;
    const leadingKeys = leadingKeysOf(request, keyOf);
    const context = leadingKeys.length > 0 ? { 'dynamodb:LeadingKeys': leadingKeys } : {};
    return { action: `dynamodb:${action}`, resource, context };
  };
  switch (operation) {
    case 'TransactWriteItems':
      return transactItems(input).flatMap((item) =>
        Object.entries(item).map(([kind, of]) => access(itemActions[kind] ?? kind, of as Input)),
      );
    case 'TransactGetItems':
      return transactItems(input).flatMap((item) =>
        Object.values(item).map((of) => access('GetItem', of as Input)),
      );
    case 'BatchGetItem':
      return requestItems(input).map(([TableName, { Keys }]) => access(operation, { TableName, Keys }));
    case 'BatchWriteItem':
      return requestItems(input).map(([TableName, requests]) =>
        access(operation, { TableName, Requests: Object.values(requests).flatMap(itemsOf) }),
      );
    case 'ExecuteStatement':
      return [partiqlAccess(input, tableArn)];
    case 'BatchExecuteStatement':
      return ((input.Statements as Input[] | undefined) ?? []).map((s) => partiqlAccess(s, tableArn));
    case 'ExecuteTransaction':
      return ((input.TransactStatements as Input[] | undefined) ?? []).map((s) => partiqlAccess(s, tableArn));
    default:
      return [access(operation, input)];
  }
}

const itemActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

const transactItems = (input: Input) => (input.TransactItems as Input[] | undefined) ?? [];

const requestItems = (input: Input) => Object.entries((input.RequestItems ?? {}) as Record<string, Input>);

/** The item or the key of a put or a deletion of a batch. */
const itemsOf = (request: unknown): unknown[] =>
  Object.values(Object(request)).map((of) => (of as Input).Item ?? (of as Input).Key);

/** The operations that change an item. */
export const isWrite = (operation: string) =>
  /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/.test(operation);

function partiqlAccess({ Statement }: Input, tableArn: TableArn): Access {
  const [, verb = 'Select'] = /^\s*(select|insert|update|delete)/i.exec(String(Statement)) ?? [];
  const [, table = '*'] = /\b(?:from|into|update)\s+"?([\w.-]+)"?/i.exec(String(Statement)) ?? [];
  const action = `dynamodb:PartiQL${verb.charAt(0).toUpperCase()}${verb.slice(1).toLowerCase()}`;
  return { action, resource: tableArn(table), context: {} };
}
