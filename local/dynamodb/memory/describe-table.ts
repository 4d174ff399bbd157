import type { Table } from './table.ts';

const account = 'arn:aws:dynamodb:ddblocal:000000000000';

export const streamArnOf = (table: Table) => `${account}:table/${table.name}/stream/${streamLabelOf(table)}`;

export const streamLabelOf = ({ createdAt }: Table) => new Date(createdAt).toISOString().slice(0, -1);

const throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html */
export function describe(table: Table): object {
  const { name, definition, indexes, rows } = table;
  const TableArn = `${account}:table/${name}`;
  const CreationDateTime = table.createdAt / 1000;
  const described = (isLocal: boolean, definitions: readonly { readonly IndexName: string }[] | undefined) =>
    definitions?.map((one) => {
      const index = indexes.find((other) => other.isLocal === isLocal && other.name === one.IndexName);
      return {
        ...one,
        ...(!isLocal && { IndexStatus: 'ACTIVE', ProvisionedThroughput: throughput }),
        IndexSizeBytes: index?.rows.bytes ?? 0,
        ItemCount: index?.rows.count ?? 0,
        IndexArn: `${TableArn}/index/${one.IndexName}`,
      };
    });
  const GlobalSecondaryIndexes = described(false, definition.GlobalSecondaryIndexes);
  const LocalSecondaryIndexes = described(true, definition.LocalSecondaryIndexes);
  return {
    AttributeDefinitions: definition.AttributeDefinitions,
    TableName: name,
    KeySchema: definition.KeySchema,
    TableStatus: 'ACTIVE',
    CreationDateTime,
    ProvisionedThroughput: { ...throughput, NumberOfDecreasesToday: 0 },
    TableSizeBytes: rows.bytes,
    ItemCount: rows.count,
    TableArn,
    BillingModeSummary: {
      BillingMode: 'PAY_PER_REQUEST',
      LastUpdateToPayPerRequestDateTime: CreationDateTime,
    },
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
    ...(table.streamViewType && {
      StreamSpecification: definition.StreamSpecification,
      LatestStreamLabel: streamLabelOf(table),
      LatestStreamArn: streamArnOf(table),
    }),
    DeletionProtectionEnabled: false,
  };
}
