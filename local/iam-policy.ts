import { z } from 'zod';

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** `{ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CONN#*'] } }` */
const conditionSchema = z.record(z.string(), z.record(z.string(), oneOrMany));

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: conditionSchema.optional(),
});

export type Statement = z.infer<typeof statementSchema>;

export const policyDocumentSchema = z.object({
  Statement: z.union([z.array(statementSchema), statementSchema.transform((one) => [one])]),
});

/** The condition keys of a request that are known here, with their values. */
export type ConditionContext = Readonly<Record<string, readonly string[]>>;

/**
 * Whether identity-based policies allow an action: some statement allows it and none denies it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function allows(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: ConditionContext = {},
): boolean {
  const applying = statements.filter((statement) => applies(statement, action, resource));
  const some = (effect: Statement['Effect'], otherwise: boolean) =>
    applying.some(({ Effect, Condition }) => Effect === effect && meets(Condition, context, otherwise));
  return !some('Deny', false) && some('Allow', true);
}

function applies(statement: Statement, action: string, resource: string): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  // Actions are case-insensitive, resources are not.
  const asked = action.toLowerCase();
  const ofAction = (patterns: string[]) => patterns.some((p) => matches(p.toLowerCase(), asked));
  const ofResource = (patterns: string[]) => patterns.some((p) => matches(p, resource));
  if (Action ? !ofAction(Action) : !NotAction || ofAction(NotAction)) return false;
  return Resource ? ofResource(Resource) : NotResource !== undefined && !ofResource(NotResource);
}

/** The keys whose conditions are evaluated. */
const KNOWN_KEYS = ['dynamodb:LeadingKeys'];

type Compare = (value: string, pattern: string) => boolean;
const operators: Readonly<Record<string, Compare>> = {
  StringEquals: (value, pattern) => value === pattern,
  StringLike: (value, pattern) => matches(pattern, value),
};

/**
 * Whether a request meets all conditions of a statement; `otherwise`: what counts where a key or an operator is not known here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function meets(
  condition: Statement['Condition'] = {},
  context: ConditionContext,
  otherwise: boolean,
): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, patterns]) => {
      const [, set, name = ''] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
      const compare = operators[name];
      if (!compare || !KNOWN_KEYS.includes(key)) return otherwise;
      const fits = (value: string) => patterns.some((pattern) => compare(value, pattern));
      const values = context[key] ?? [];
      // Also of a request that has no such value: it meets `ForAllValues`, and nothing else.
      return set === 'ForAllValues' ? values.every(fits) : values.some(fits);
    }),
  );
}

/** `*` is any number of characters, `?` is one. */
function matches(pattern: string, text: string): boolean {
  let expression = expressions.get(pattern);
  if (!expression) {
    expression = expressionOf(pattern);
    expressions.set(pattern, expression);
  }
  return expression.test(text);
}

/** Those of the policies: the same few are asked over and over. */
const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()|[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
