import { z } from 'zod';
import { describe } from './describe-table.ts';
import { DynamoDBException, invalid } from './errors.ts';
import { type KeyAttribute, KeySchema } from './key-schema.ts';
import { Rows } from './rows.ts';
import { type State, tableOf } from './state.ts';
import { type Index, type StreamViewType, Table } from './table.ts';

const keySchema = z
  .array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
  .min(1)
  .max(2);

const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});

const createSchema = z.object({
  TableName: z.string().regex(/^[a-zA-Z0-9_.-]{3,255}$/),
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  BillingMode: z.string().optional(),
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
  StreamSpecification: z
    .object({
      StreamEnabled: z.boolean(),
      StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']).optional(),
    })
    .optional(),
});

export type TableDefinition = z.infer<typeof createSchema>;

export function createTable(state: State, input: unknown): object {
  const parsed = createSchema.safeParse(input);
  if (!parsed.success) throw invalid(`CreateTable: ${z.prettifyError(parsed.error)}`);
  const definition = parsed.data;
  const name = definition.TableName;
  if (state.tables.has(name))
    throw new DynamoDBException('ResourceInUseException', 'Cannot create preexisting table');
  const types = new Map(definition.AttributeDefinitions.map((one) => [one.AttributeName, one.AttributeType]));
  const schemaOf = (keys: TableDefinition['KeySchema']): KeySchema => {
    const [hash, range] = ['HASH', 'RANGE'].map((kind): KeyAttribute | undefined => {
      const key = keys.find(({ KeyType }) => KeyType === kind)?.AttributeName;
      const type = key === undefined ? undefined : types.get(key);
      if (key !== undefined && !type)
        throw invalid(`The key attribute ${key} is missing in AttributeDefinitions`);
      return key !== undefined && type ? { name: key, type } : undefined;
    });
    if (!hash) throw invalid('Each key schema needs a HASH key');
    return new KeySchema(hash, range);
  };
  const indexOf =
    (isLocal: boolean) =>
    (index: z.infer<typeof indexSchema>): Index => ({
      name: index.IndexName,
      isLocal,
      schema: schemaOf(index.KeySchema),
      attributes:
        index.Projection.ProjectionType === 'ALL' ? undefined : (index.Projection.NonKeyAttributes ?? []),
      rows: new Rows(state.historyMs),
    });
  const stream = definition.StreamSpecification;
  const table = new Table(
    {
      ...{ name, definition, createdAt: state.now() },
      schema: schemaOf(definition.KeySchema),
      indexes: [
        ...(definition.GlobalSecondaryIndexes ?? []).map(indexOf(false)),
        ...(definition.LocalSecondaryIndexes ?? []).map(indexOf(true)),
      ],
      streamViewType: stream?.StreamEnabled ? (stream.StreamViewType as StreamViewType) : undefined,
    },
    state.historyMs,
  );
  state.tables.set(name, table);
  return { TableDescription: describe(table) };
}

interface NamedTable {
  readonly TableName: string;
}

export const describeTable = (state: State, { TableName }: NamedTable): object => ({
  Table: describe(tableOf(state, TableName)),
});

export function deleteTable(state: State, { TableName }: NamedTable): object {
  const table = tableOf(state, TableName);
  state.tables.delete(table.name);
  return { TableDescription: { ...describe(table), TableStatus: 'DELETING' } };
}

export const listTables = (
  { tables }: State,
  { ExclusiveStartTableName = '', Limit = 100 }: { ExclusiveStartTableName?: string; Limit?: number },
): object => {
  const names = [...tables.keys()].sort().filter((name) => name > ExclusiveStartTableName);
  const TableNames = names.slice(0, Limit);
  return { TableNames, ...(names.length > Limit && { LastEvaluatedTableName: TableNames.at(-1) }) };
};

interface TimeToLiveInput extends NamedTable {
  readonly TimeToLiveSpecification: { readonly AttributeName: string; readonly Enabled: boolean };
}

export function updateTimeToLive(state: State, input: TimeToLiveInput): object {
  const { AttributeName, Enabled } = input.TimeToLiveSpecification;
  const table = tableOf(state, input.TableName);
  if (Enabled === (table.timeToLiveAttribute !== undefined))
    throw invalid(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
  table.timeToLiveAttribute = Enabled ? AttributeName : undefined;
  return { TimeToLiveSpecification: { Enabled, AttributeName } };
}

export function describeTimeToLive(state: State, { TableName }: NamedTable): object {
  const { timeToLiveAttribute: AttributeName } = tableOf(state, TableName);
  const TimeToLiveStatus = AttributeName === undefined ? 'DISABLED' : 'ENABLED';
  return {
    TimeToLiveDescription: { TimeToLiveStatus, ...(AttributeName !== undefined && { AttributeName }) },
  };
}
