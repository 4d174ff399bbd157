import { z } from 'zod';
import type { Stack } from '../cloudformation/assembly.ts';
import { arnOf } from '../cloudformation/attributes.ts';
import { digest } from '../cloudformation/physical-id.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { TaskRoots } from './task-roots.ts';

/** One `AWS::Lambda::Function`, as its execution environments need it. */
export interface FunctionConfiguration {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly runtime: string;
  readonly handler: string;
  /** The directory that would be `/var/task`. */
  readonly taskRoot: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  /** Its own, by which endpoints know who calls. */
  readonly accessKeyId: string;
}

const functionSchema = z.object({
  Code: z.object({ S3Key: z.string().optional(), ZipFile: z.string().optional() }),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  Handler: z.string().default('index.handler'),
  LoggingConfig: z
    .object({ LogFormat: z.string().optional(), ApplicationLogLevel: z.string().optional() })
    .optional(),
  MemorySize: z.coerce.number().default(128),
  Role: z.string().default(''),
  /** None for a container image. */
  Runtime: z.string().default('container image'),
  Timeout: z.coerce.number().default(3),
});

/** The functions of the templates. */
export const readFunctions = (
  resources: readonly Resource[],
  stacks: readonly Stack[],
  taskRoots: TaskRoots,
): FunctionConfiguration[] =>
  resources
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map((resource) => readFunction(resource, stacks, taskRoots));

/** Defaults are CloudFormation's: 3 seconds and 128 MB. */
export function readFunction(
  resource: Resource,
  stacks: readonly Stack[],
  taskRoots: TaskRoots,
): FunctionConfiguration {
  const properties = functionSchema.parse(resource.properties);
  const assets = stacks.find((stack) => stack.name === resource.stack)?.assets;
  const logging = properties.LoggingConfig;
  return {
    logicalId: resource.logicalId,
    name: resource.physicalId,
    arn: arnOf('AWS::Lambda::Function', resource.physicalId, resource.account),
    region: resource.account.region,
    runtime: properties.Runtime,
    handler: properties.Handler,
    taskRoot: taskRoots.of(resource.logicalId, {
      asset: assets?.get(properties.Code.S3Key ?? ''),
      inline: properties.Code.ZipFile,
      runtime: properties.Runtime,
    }),
    timeoutMs: properties.Timeout * 1000,
    memoryMb: properties.MemorySize,
    environment: {
      ...(logging?.LogFormat && { AWS_LAMBDA_LOG_FORMAT: logging.LogFormat }),
      ...(logging?.ApplicationLogLevel && { AWS_LAMBDA_LOG_LEVEL: logging.ApplicationLogLevel }),
      ...properties.Environment?.Variables,
    },
    roleArn: properties.Role,
    // DynamoDB Local takes letters and digits only.
    accessKeyId: `ASIA${digest(`${resource.stack}/${resource.logicalId}`, 36).toUpperCase().slice(0, 16)}`,
  };
}
