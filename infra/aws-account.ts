import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { DeployedTemplate } from './deployed.ts';

/** An account and a region to deploy to. */
export interface Account {
  id: string;
  region: string;
}

/** What the credentials of the environment are for. Throws what the SDK throws without credentials or a region. */
export async function accountOf(region: string | undefined): Promise<Account> {
  const client = new STSClient(region === undefined ? {} : { region });
  const { Account: id = '' } = await client.send(new GetCallerIdentityCommand({}));
  return { id, region: await client.config.region() };
}

/**
 * Whether API Gateway has a role with which to write logs, one for an account and region.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
export async function mayApiGatewayLog({ region }: Account): Promise<boolean> {
  const { cloudwatchRoleArn } = await new APIGatewayClient({ region }).send(new GetAccountCommand({}));
  return cloudwatchRoleArn !== undefined;
}

/** The template of a stack as it is deployed; undefined if it is not. */
export async function deployedTemplate(
  { region }: Account,
  stackName: string,
): Promise<DeployedTemplate | undefined> {
  try {
    const command = new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' });
    const { TemplateBody = '{}' } = await new CloudFormationClient({ region }).send(command);
    return JSON.parse(TemplateBody) as DeployedTemplate;
  } catch (error) {
    // CloudFormation has no error of its own for it.
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}
