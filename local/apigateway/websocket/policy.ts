import { z } from 'zod';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
});

/** What a Lambda authorizer returns. */
export const AuthorizerResult = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Statement: z.union([Statement.transform((one) => [one]), z.array(Statement)]),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
});

/** Whether the policy lets the caller invoke the route: some statement allows it and none denies it. */
export function allows(
  policy: z.infer<typeof AuthorizerResult>['policyDocument'],
  methodArn: string,
): boolean {
  const applying = policy.Statement.filter(
    (statement) =>
      statement.Action.some((action) => matches(action, 'execute-api:Invoke')) &&
      statement.Resource.some((resource) => matches(resource, methodArn)),
  );
  return applying.length > 0 && applying.every((statement) => statement.Effect === 'Allow');
}

/** IAM's wildcards: `*` is any text, `?` any one character. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(text);
}
