type Item = Readonly<Record<string, unknown>>;
type Input = Readonly<Record<string, unknown>>;

/** The attributes that the key of a table, or of an index of it, consists of, partition key first. */
export type KeyOf = (tableName: string, indexName?: string) => readonly string[];

/** The keys of the items that a write puts, updates or deletes, such as `ROOM#1 MESSAGE#2`. */
export function writtenKeys(operation: string, input: Input, keyOf: KeyOf): string[] {
  const keyIn = (table: unknown, item: unknown) =>
    keyOf(String(table).split('/').at(-1) ?? '')
      .map((name) => Object.values(Object((item as Item | undefined)?.[name]))[0])
      .join(' ');
  const key = ({ TableName, Key, Item }: Input) => keyIn(TableName, Key ?? Item);
  switch (operation) {
    case 'TransactWriteItems':
      return ((input.TransactItems ?? []) as Record<string, Input>[])
        .flatMap(({ ConditionCheck: _read, ...write }) => Object.values(write))
        .map(key);
    case 'BatchWriteItem':
      return Object.entries((input.RequestItems ?? {}) as Record<string, Record<string, Input>[]>).flatMap(
        ([table, requests]) =>
          requests.flatMap(Object.values).map(({ Key, Item }: Input) => keyIn(table, Key ?? Item)),
      );
    default:
      return [key(input)];
  }
}
