import type { KeyOf } from './written-keys.ts';

type Input = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The partition keys that a request names, by which `dynamodb:LeadingKeys` decides; of an index, its own. None of a scan, which names none.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function leadingKeysOf(input: Input, keyOf: KeyOf): string[] {
  const { TableName, IndexName, Key, Item, Keys, Requests } = input;
  const [partition] = keyOf(String(TableName).split('/').at(-1) ?? '', IndexName as string | undefined);
  if (partition === undefined) return [];
  const items = [Key, Item, ...((Keys as unknown[]) ?? []), ...((Requests as unknown[]) ?? [])];
  const named = items.flatMap((item) => (item as Item | undefined)?.[partition] ?? []);
  const asked = partitionOfQuery(input, partition);
  return [...named, ...(asked ? [asked] : [])].map((value) => String(Object.values(Object(value))[0]));
}

/** The value that a query's condition gives the partition key. */
function partitionOfQuery(input: Input, partition: string): Item[string] | undefined {
  const {
    KeyConditionExpression = '',
    ExpressionAttributeNames: names = {},
    ExpressionAttributeValues: values = {},
    KeyConditions,
  } = input as {
    KeyConditionExpression?: string;
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Item;
    KeyConditions?: Record<string, { AttributeValueList?: Item[string][] }>;
  };
  const equalities = KeyConditionExpression.matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g);
  for (const [, name = '', value = ''] of equalities) {
    if ((names[name] ?? name) === partition) return values[value];
  }
  return KeyConditions?.[partition]?.AttributeValueList?.[0];
}
