import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';

/**
 * Access logs of one stage, a JSON object a line; none if the settings want none. Never the query string: it may carry a token.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export function accessLogs(
  scope: Construct,
  id: string,
  settings: Settings,
  fields: readonly string[],
): { accessLogSettings?: IAccessLogSettings } {
  if (!settings.accessLogs) return {};
  const logGroup = new LogGroup(scope, id, {
    // Under any other name, API Gateway adds the group to the one resource policy that CloudWatch Logs has in an account and
    // region, which holds about ten and is never cleaned up:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    logGroupName: `/aws/vendedlogs/${settings.name}/${scope.node.id}`,
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const values = fields.map((field) => `"${field}":"$context.${field}"`);
  // With its own quotes: the message itself may contain some.
  const line = [...values, '"error":$context.error.messageString'].join(',');
  const destination = new LogGroupLogDestination(logGroup);
  return { accessLogSettings: { destination, format: AccessLogFormat.custom(`{${line}}`) } };
}
