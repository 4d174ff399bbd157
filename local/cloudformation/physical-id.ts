import { createHash } from 'node:crypto';

/** The AWS account and region that something local seems to be in. */
export interface Account {
  readonly accountId: string;
  readonly region: string;
}

/** Where a stack is that was synthesized for no account and region. */
export const defaultAccount = (): Account => ({
  accountId: '000000000000',
  region: process.env.AWS_REGION ?? 'us-east-1',
});

/** The property by which a template may choose the name itself. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Stage': 'StageName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': 'PolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Alias': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
};

/** Ids that API Gateway makes up: that many of `[a-z0-9]`. */
const shortIds: Readonly<Record<string, number>> = {
  'AWS::ApiGatewayV2::Api': 10,
  'AWS::ApiGatewayV2::Authorizer': 6,
  'AWS::ApiGatewayV2::Deployment': 6,
  'AWS::ApiGatewayV2::Integration': 7,
  'AWS::ApiGatewayV2::Model': 6,
  'AWS::ApiGatewayV2::Route': 7,
  'AWS::ApiGatewayV2::RouteResponse': 6,
  'AWS::ApiGateway::RestApi': 10,
};

export const nameProperty = (type: string) => nameProperties[type];

/**
 * The name CloudFormation gives to a resource, as `ChatStack-SendMessage1234ABCD-kQ3xT0aBc9Zr`. The random part is
 * taken from the logical id, so that it is the same in every run.
 */
export function generatedName(stack: string, logicalId: string, type: string): string {
  if (type === 'AWS::CloudFront::Distribution') {
    return `E${digest(`${stack}/${logicalId}`, 36).toUpperCase().slice(0, 13)}`;
  }
  const length = shortIds[type];
  // The first character is a letter, as in every id that AWS shows.
  if (length) return `a${digest(`${stack}/${logicalId}`, 36)}`.slice(0, length);
  const random = digest(`${stack}/${logicalId}`, 62).slice(0, 12);
  // 64 characters is the limit of functions and roles; the ends are kept, they tell names apart.
  const name = `${stack.slice(0, 24)}-${logicalId.slice(0, 26)}-${random}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name;
}

const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** 32 characters that depend on `text` alone. */
export function digest(text: string, radix: number): string {
  return [...createHash('sha256').update(text).digest()].map((byte) => digits[byte % radix]).join('');
}
