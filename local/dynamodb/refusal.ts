import { noMetrics, type ServiceMetrics } from '../cloudwatch/service-metrics.ts';
import type { Faults } from '../faults.ts';
import type { Iam } from '../iam.ts';
import { accessOf, isWrite, type TableArn } from './request-resources.ts';
import type { KeyOf } from './written-keys.ts';

/** What decides whether a request is carried out. */
export interface Deciding {
  readonly tableArn: TableArn;
  readonly keyOf: KeyOf;
  readonly iam: Pick<Iam, 'authorize' | 'principalArn'>;
  readonly faults: Faults;
  readonly metrics?: ServiceMetrics | undefined;
}

export const prefix = 'com.amazonaws.dynamodb.v20120810#';

/** An error as DynamoDB's protocol has it. */
export interface Refusal {
  __type: string;
  message: string;
}

/** The same as the SDK throws it. */
export const thrown = ({ __type, ...more }: Refusal) =>
  Object.assign(new Error(more.message), more, { name: __type.split('#').at(-1) });

/** What the caller is told instead of what it asked for: it may not, or it is throttled. */
export function refusalOf(
  { accessKeyId }: { readonly accessKeyId: string },
  operation: string,
  input: Record<string, unknown>,
  { iam, faults, tableArn, keyOf, metrics = noMetrics }: Deciding,
): Refusal | undefined {
  for (const { action, resource, context } of accessOf(operation, input, tableArn, keyOf)) {
    if (iam.authorize(accessKeyId, action, resource, context)) continue;
    const message =
      `User: ${iam.principalArn(accessKeyId)} is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no identity-based policy allows the ${action} action`;
    return { __type: 'com.amazon.coral.service#AccessDeniedException', message };
  }
  if (Math.random() >= faults.dynamodbThrottleRate) return undefined;
  for (const { resource } of accessOf(operation, input, tableArn, keyOf)) {
    const [, table = ''] = /:table\/([^/]+)/.exec(resource) ?? [];
    metrics.dynamodb(table, isWrite(operation) ? 'WriteThrottleEvents' : 'ReadThrottleEvents');
  }
  const message =
    'The level of configured provisioned throughput for the table was exceeded. ' +
    'Consider increasing your provisioning level with the UpdateTable API.';
  return { __type: `${prefix}ProvisionedThroughputExceededException`, message };
}
