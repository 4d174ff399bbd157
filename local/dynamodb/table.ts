import { z } from 'zod';
import { arnOf } from '../cloudformation/attributes.ts';
import type { Account } from '../cloudformation/physical-id.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { callDynamoDB, DynamoDBError } from './call.ts';
import type { KeyOf } from './written-keys.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));

const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.record(z.string(), z.unknown()),
});

/** What `AWS::DynamoDB::Table` and `AWS::DynamoDB::GlobalTable` have in common, less what costs money. */
const tableSchema = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.coerce.string() })
    .optional(),
});

export const isTable = ({ type }: Resource) => /^AWS::DynamoDB::(Global)?Table$/.test(type);

/** The names of the attributes that the keys of tables and indexes consist of; none of a table that is not there. */
export function keyNames(tables: readonly Resource[]): KeyOf {
  const names = new Map(
    tables.flatMap(({ physicalId, properties }) => {
      const {
        KeySchema,
        GlobalSecondaryIndexes = [],
        LocalSecondaryIndexes = [],
      } = tableSchema.parse(properties);
      const indexes = [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes];
      return [
        [physicalId, KeySchema.map((key) => key.AttributeName)] as const,
        ...indexes.map(
          (index) =>
            [`${physicalId}/${index.IndexName}`, index.KeySchema.map((key) => key.AttributeName)] as const,
        ),
      ];
    }),
  );
  return (table, index) => names.get(index === undefined ? table : `${table}/${index}`) ?? [];
}

/** The ARN by which policies know a table that a request names by its name or its ARN. */
export function tableArns(tables: readonly Resource[], fallback: Account): (table: string) => string {
  const arns = new Map(tables.map((t) => [t.physicalId, arnOf(t.type, t.physicalId, t.account)]));
  return (table) =>
    arns.get(table) ?? (table.startsWith('arn:') ? table : arnOf('AWS::DynamoDB::Table', table, fallback));
}

/** Creates the table of a template, or finds that it is there already, as in a data directory of an earlier run. */
export async function createTable(endpoint: string, { physicalId, properties }: Resource): Promise<void> {
  const { TimeToLiveSpecification, StreamSpecification, ...shape } = tableSchema.parse(properties);
  try {
    await callDynamoDB(endpoint, 'CreateTable', {
      ...shape,
      TableName: physicalId,
      BillingMode: 'PAY_PER_REQUEST',
      ...(StreamSpecification && { StreamSpecification: { ...StreamSpecification, StreamEnabled: true } }),
    });
  } catch (error) {
    if (!(error instanceof DynamoDBError) || error.code !== 'ResourceInUseException') throw error;
    await checkShape(endpoint, physicalId, { ...shape, StreamSpecification });
  }
  const ttlAttribute = TimeToLiveSpecification?.AttributeName;
  if (ttlAttribute && TimeToLiveSpecification.Enabled === 'true') {
    await enableTimeToLive(endpoint, physicalId, ttlAttribute);
  }
}

async function enableTimeToLive(endpoint: string, TableName: string, AttributeName: string): Promise<void> {
  try {
    const TimeToLiveSpecification = { AttributeName, Enabled: true };
    await callDynamoDB(endpoint, 'UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  } catch (error) {
    const already = error instanceof DynamoDBError && /already enabled/.test(error.message);
    if (!already) throw error;
  }
}

const shapeSchema = tableSchema.pick({
  KeySchema: true,
  GlobalSecondaryIndexes: true,
  LocalSecondaryIndexes: true,
  StreamSpecification: true,
});

/** CloudFormation would migrate or replace a table whose template changed; here the developer has to say so. */
async function checkShape(endpoint: string, TableName: string, wanted: object): Promise<void> {
  const { Table } = z
    .object({ Table: shapeSchema })
    .parse(await callDynamoDB(endpoint, 'DescribeTable', { TableName }));
  if (outline(Table) !== outline(shapeSchema.parse(wanted))) {
    throw new Error(
      `The table ${TableName} exists with other keys, indexes or stream than the template has now. ` +
        'Delete the data directory (or the table) and start again.',
    );
  }
}

function outline(shape: z.infer<typeof shapeSchema>): string {
  const keys = (schema: z.infer<typeof keySchema>) =>
    schema.map((k) => `${k.KeyType} ${k.AttributeName}`).sort();
  const indexes = [...(shape.GlobalSecondaryIndexes ?? []), ...(shape.LocalSecondaryIndexes ?? [])];
  return JSON.stringify([
    keys(shape.KeySchema),
    indexes.map((index) => `${index.IndexName} ${keys(index.KeySchema)}`).sort(),
    shape.StreamSpecification?.StreamViewType,
  ]);
}
