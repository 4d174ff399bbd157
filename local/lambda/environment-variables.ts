import type { FunctionConfiguration } from './function.ts';

/** Where the SDK of a function finds the other services. */
export interface Endpoints {
  readonly dynamodb: string;
  /** Of Lambda and EventBridge. */
  readonly origin: string;
}

/**
 * `process.env` of one execution environment: the template's variables over those that Lambda sets.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(
  fn: FunctionConfiguration,
  environmentId: string,
  { dynamodb, origin }: Endpoints,
): Record<string, string> {
  const nodeMajor = /\d+/.exec(fn.runtime)?.[0] ?? '24';
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: origin,
    AWS_ENDPOINT_URL_EVENTBRIDGE: origin,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...fn.environment,
    // Reserved: a template cannot change these.
    _HANDLER: fn.handler,
    AWS_ACCESS_KEY_ID: fn.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: environmentId,
    AWS_DEFAULT_REGION: fn.region,
    AWS_REGION: fn.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName(environmentId),
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    LAMBDA_TASK_ROOT: fn.taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    TZ: fn.environment.TZ ?? 'UTC',
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin/:/bin',
    NODE_PATH: `/opt/nodejs/node${nodeMajor}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules`,
  };
}

const logStreamName = (environmentId: string) =>
  `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${environmentId}`;
