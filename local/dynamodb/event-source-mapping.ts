import { z } from 'zod';
import type { Resource } from '../cloudformation/resource.ts';

/**
 * `AWS::Lambda::EventSourceMapping` on a table's stream, with its defaults.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 */
const mappingSchema = z.object({
  BatchSize: z.coerce.number().default(100),
  BisectBatchOnFunctionError: z.stringbool().or(z.boolean()).default(false),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional(),
  Enabled: z.stringbool().or(z.boolean()).default(true),
  EventSourceArn: z.string(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) }).optional(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.string()).default([]),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  /** -1: until the record expires. */
  MaximumRecordAgeInSeconds: z.coerce.number().default(-1),
  MaximumRetryAttempts: z.coerce.number().default(-1),
  ParallelizationFactor: z.coerce.number().default(1),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']).default('TRIM_HORIZON'),
});

export type EventSourceMapping = z.infer<typeof mappingSchema> & {
  readonly logicalId: string;
  readonly tableName: string;
};

/** Undefined if it is on something that does not run here, such as a queue. */
export function readEventSourceMapping({ logicalId, properties }: Resource): EventSourceMapping | undefined {
  const [, tableName] = /:dynamodb:.*:table\/([^/]+)\/stream\//.exec(String(properties.EventSourceArn)) ?? [];
  return tableName ? { ...mappingSchema.parse(properties), logicalId, tableName } : undefined;
}
