import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../context-settings.ts';

/**
 * Access logs of one stage, a JSON object a line. Never the query string: it may carry a token.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export function accessLogs(
  scope: Construct,
  id: string,
  settings: Settings,
  fields: readonly string[],
): IAccessLogSettings {
  const logGroup = new LogGroup(scope, id, {
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const line = Object.fromEntries(fields.map((field) => [field, `$context.${field}`]));
  return {
    destination: new LogGroupLogDestination(logGroup),
    format: AccessLogFormat.custom(JSON.stringify(line)),
  };
}
