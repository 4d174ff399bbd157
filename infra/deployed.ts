/** Under which key the template of the chat's stack keeps the settings that were chosen for it. */
export const SETTINGS_METADATA = 'LiveEventChatSettings';

/** A CloudFormation template, as far as deployments are compared. */
export interface DeployedTemplate {
  Metadata?: { [SETTINGS_METADATA]?: Record<string, unknown> };
  Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

export interface Allowed {
  /** Settings that may go back to their defaults. */
  drop: readonly string[];
  tableReplacement: boolean;
}

/**
 * What a deployment would do that is hardly meant, in sentences: go back to the default of a setting that was chosen before, or
 * delete or replace a table. `now` and `next` are the templates of one stack, as deployed and as they would be.
 */
export function* surprises(
  now: DeployedTemplate,
  next: DeployedTemplate,
  { drop, tableReplacement }: Allowed,
): Generator<string> {
  const wanted = next.Metadata?.[SETTINGS_METADATA] ?? {};
  for (const [key, value] of Object.entries(now.Metadata?.[SETTINGS_METADATA] ?? {})) {
    if (key in wanted || drop.includes(key) || ONCE.includes(key)) continue;
    yield `${key} is ${JSON.stringify(value)} in what is deployed and not set any more. Set it, or add --allow-drop ${key}.`;
  }
  if (tableReplacement) return;
  for (const [id, { Type, Properties = {} }] of Object.entries(now.Resources ?? {})) {
    if (!TABLES.includes(Type)) continue;
    const nextOne = next.Resources?.[id];
    const what = nextOne?.Type === Type ? replacedBy(Properties, nextOne.Properties ?? {}) : 'is deleted';
    if (what !== undefined) {
      yield `The table ${id} ${what}: the chat would begin with an empty one. Add --allow-table-replacement if that is meant.`;
    }
  }
}

/** Set once: what it made is kept. */
const ONCE = ['createApiGatewayAccountRole'];

const TABLES = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'];

/** Whoever changes one of these gets another table: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html */
const REPLACING = ['TableName', 'KeySchema', 'LocalSecondaryIndexes'];

function replacedBy(now: Record<string, unknown>, next: Record<string, unknown>): string | undefined {
  const changed = REPLACING.find((key) => JSON.stringify(now[key]) !== JSON.stringify(next[key]));
  return changed && `is replaced, because its ${changed} changes`;
}
