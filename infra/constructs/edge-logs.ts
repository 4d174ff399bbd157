import { Aws, CfnCondition, type CfnResource, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import {
  CfnDelivery,
  CfnDeliveryDestination,
  CfnDeliverySource,
  type CfnLogGroup,
  LogGroup,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';

/**
 * What CloudFront logs of each request: neither the query string, which may hold a token, nor cookies and the referrer.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
const fields = [
  'date',
  'time',
  'x-edge-location',
  'c-ip',
  'cs-method',
  'cs(Host)',
  'cs-uri-stem',
  'sc-status',
  'sc-bytes',
  'cs(User-Agent)',
  'cs-protocol',
  'cs-protocol-version',
  'time-taken',
  'x-edge-result-type',
  'x-edge-detailed-result-type',
  'x-edge-request-id',
];

/**
 * Access logs of the distribution, where they can be configured: CloudFront's logs are delivered by CloudWatch Logs of
 * us-east-1, and a stack has only its own region. Elsewhere the APIs still log what reaches them.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export class EdgeLogs extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, distribution }: { settings: Settings; distribution: Distribution },
  ) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Group', {
      // Log groups of other names fill up a policy of 5,120 characters that all of them share.
      logGroupName: `/aws/vendedlogs/${settings.name}/edge`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const source = new CfnDeliverySource(this, 'Source', {
      name: `${settings.name}-edge`,
      resourceArn: distribution.distributionArn,
      logType: 'ACCESS_LOGS',
    });
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name: `${settings.name}-edge`,
      destinationResourceArn: logGroup.logGroupArn,
      outputFormat: 'json',
    });
    const delivery = new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: fields,
    });
    delivery.addResourceDependency(source);

    const condition = inUsEast1(Stack.of(this));
    const group = logGroup.node.defaultChild as CfnLogGroup;
    for (const resource of [group, source, destination, delivery] satisfies CfnResource[]) {
      resource.cfnOptions.condition = condition;
    }
  }
}

/** Several chats of a stack share the condition. */
function inUsEast1(stack: Stack): CfnCondition {
  const id = 'LiveEventChatInUsEast1';
  const known = stack.node.tryFindChild(id) as CfnCondition | undefined;
  const expression = Fn.conditionEquals(Aws.REGION, 'us-east-1');
  return known ?? new CfnCondition(stack, id, { expression });
}
