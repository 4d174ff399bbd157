import { unresolved } from './intrinsics.ts';
import type { Account } from './physical-id.ts';

/** When every local table's stream was enabled, as far as its ARN says. */
const streamLabel = '2026-01-01T00:00:00.000';

/** What `Ref` gives for a resource of this type and name, by the "Return values" of its documentation. */
export function refOf(type: string, name: string, account: Account): string {
  switch (type) {
    case 'AWS::SQS::Queue':
      return `https://sqs.${account.region}.amazonaws.com/${account.accountId}/${name}`;
    case 'AWS::CloudFront::Function':
    case 'AWS::SNS::Topic':
    case 'AWS::Lambda::LayerVersion':
    case 'AWS::SecretsManager::Secret':
    case 'AWS::StepFunctions::StateMachine':
      return arnOf(type, name, account);
    default:
      return name;
  }
}

/** What `Fn::GetAtt` gives. */
export function attributeOf(type: string, name: string, attribute: string, account: Account): unknown {
  const { region } = account;
  switch (`${type} ${attribute}`) {
    case 'AWS::DynamoDB::Table StreamArn':
    case 'AWS::DynamoDB::GlobalTable StreamArn':
      return `${arnOf(type, name, account)}/stream/${streamLabel}`;
    case 'AWS::ApiGatewayV2::Api ApiId':
    case 'AWS::ApiGatewayV2::Api ApiEndpoint':
      // Which scheme it has depends on the protocol, which the resolver knows.
      return attribute === 'ApiId' ? name : `https://${name}.execute-api.${region}.amazonaws.com`;
    case 'AWS::Logs::LogGroup Arn':
      return `${arnOf(type, name, account)}:*`;
    case 'AWS::CloudFront::Distribution DomainName':
      return `${name.toLowerCase()}.cloudfront.net`;
    case 'AWS::CloudFront::Function FunctionARN':
      return arnOf(type, name, account);
    case 'AWS::S3::Bucket DomainName':
      return `${name}.s3.amazonaws.com`;
    case 'AWS::S3::Bucket RegionalDomainName':
      return `${name}.s3.${region}.amazonaws.com`;
    case 'AWS::SQS::Queue QueueUrl':
      return refOf(type, name, account);
    case 'AWS::SQS::Queue QueueName':
    case 'AWS::SNS::Topic TopicName':
    case 'AWS::Events::EventBus Name':
      return name;
    default:
      if (/^([A-Z][a-z]+)?Arn$/.test(attribute)) return arnOf(type, name, account);
      if (attribute.endsWith('Id')) return name;
      return unresolved(`${type} ${name}.${attribute}`);
  }
}

const resourceKinds: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'cloudwatch::alarm:',
  'AWS::DynamoDB::GlobalTable': 'dynamodb::table/',
  'AWS::DynamoDB::Table': 'dynamodb::table/',
  'AWS::Events::EventBus': 'events::event-bus/',
  'AWS::Events::Rule': 'events::rule/',
  'AWS::Lambda::Function': 'lambda::function:',
  'AWS::Lambda::LayerVersion': 'lambda::layer:',
  'AWS::Logs::LogGroup': 'logs::log-group:',
  'AWS::SNS::Topic': 'sns::',
  'AWS::SQS::Queue': 'sqs::',
  'AWS::SSM::Parameter': 'ssm::parameter/',
  'AWS::Scheduler::Schedule': 'scheduler::schedule/default/',
  'AWS::SecretsManager::Secret': 'secretsmanager::secret:',
  'AWS::StepFunctions::StateMachine': 'states::stateMachine:',
};

export function arnOf(type: string, name: string, { region, accountId }: Account): string {
  if (type === 'AWS::IAM::Role') return `arn:aws:iam::${accountId}:role/${name}`;
  if (type === 'AWS::IAM::ManagedPolicy') return `arn:aws:iam::${accountId}:policy/${name}`;
  if (type.startsWith('AWS::CloudFront::')) {
    return `arn:aws:cloudfront::${accountId}:${type.split('::')[2]?.toLowerCase()}/${name}`;
  }
  if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${name}`;
  const [, service = 'unknown', kind = 'resource'] = type.split('::');
  const [servicePart = '', prefix = ''] = (
    resourceKinds[type] ?? `${service.toLowerCase()}::${kind.toLowerCase()}/`
  ).split('::');
  return `arn:aws:${servicePart}:${region}:${accountId}:${prefix}${name}`;
}
