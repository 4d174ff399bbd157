import { z } from 'zod';
import type { Account } from './cloudformation/physical-id.ts';
import type { Resource } from './cloudformation/resource.ts';
import { allows, type ConditionContext, policyDocumentSchema, type Statement } from './iam-policy.ts';

/**
 * Decides whether the caller with this access key may do this. Each function has an access key of its own, so a call
 * that the template does not grant is refused here as it would be on AWS. A key that belongs to no function is the
 * developer's and may do everything.
 */
export type Authorize = (
  accessKeyId: string,
  action: string,
  resourceArn: string,
  context?: ConditionContext,
) => boolean;

export interface Iam {
  readonly authorize: Authorize;
  /** Who this access key is, for error messages: `arn:aws:sts::…:assumed-role/{role}/{function}`. */
  principalArn(accessKeyId: string): string;
}

/** One function as IAM sees it. */
export interface Principal {
  readonly accessKeyId: string;
  readonly functionName: string;
  readonly roleArn: string;
}

const policySchema = z.object({
  PolicyDocument: policyDocumentSchema,
  Roles: z.array(z.string()).default([]),
});

const roleSchema = z.object({
  Policies: z.array(z.object({ PolicyDocument: policyDocumentSchema })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
});

/** AWS's own policies that give more than a function's logs. */
const awsManagedPolicies: Readonly<Record<string, string>> = {
  AdministratorAccess: '*',
  AmazonAPIGatewayInvokeFullAccess: 'execute-api:*',
  AmazonDynamoDBFullAccess: 'dynamodb:*',
  AWSLambda_FullAccess: 'lambda:*',
};

/** Reads the policies of every function's role. */
export function readIam(
  resources: readonly Resource[],
  principals: readonly Principal[],
  { accountId }: Pick<Account, 'accountId'>,
): Iam {
  const statements = new Map<string, readonly Statement[]>();
  for (const { accessKeyId, roleArn } of principals) {
    statements.set(accessKeyId, statementsOf(roleArn, resources));
  }
  // A function asks for the same few things over and over.
  const decisions = new Map<string, boolean>();
  return {
    authorize(accessKeyId, action, resourceArn, context) {
      const granted = statements.get(accessKeyId);
      if (!granted) return true;
      // There are as many keys as there are items.
      if (granted.some(({ Condition }) => Condition)) return allows(granted, action, resourceArn, context);
      const question = `${accessKeyId} ${action} ${resourceArn}`;
      const known = decisions.get(question);
      if (known !== undefined) return known;
      const decision = allows(granted, action, resourceArn);
      if (decisions.size > 10_000) decisions.clear();
      decisions.set(question, decision);
      return decision;
    },
    principalArn(accessKeyId) {
      const principal = principals.find((p) => p.accessKeyId === accessKeyId);
      if (!principal) return `arn:aws:iam::${accountId}:user/developer`;
      const role = principal.roleArn.split('/').at(-1);
      const account = principal.roleArn.split(':')[4];
      return `arn:aws:sts::${account}:assumed-role/${role}/${principal.functionName}`;
    },
  };
}

function statementsOf(roleArn: string, resources: readonly Resource[]): Statement[] {
  const roleName = roleArn.split('/').at(-1) ?? '';
  return resources.flatMap(({ type, physicalId, properties }) => {
    if (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy') {
      const { PolicyDocument, Roles } = policySchema.parse(properties);
      return Roles.includes(roleName) ? PolicyDocument.Statement : [];
    }
    if (type !== 'AWS::IAM::Role' || physicalId !== roleName) return [];
    const role = roleSchema.parse(properties);
    const managed = role.ManagedPolicyArns.flatMap((arn) => {
      const action = awsManagedPolicies[arn.split('/').at(-1) ?? ''];
      return action ? [{ Effect: 'Allow' as const, Action: [action], Resource: ['*'] }] : [];
    });
    return [...role.Policies.flatMap((policy) => policy.PolicyDocument.Statement), ...managed];
  });
}
