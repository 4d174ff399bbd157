import { z } from 'zod';
import { type Account, defaultAccount } from '../cloudformation/physical-id.ts';
import type { Resource } from '../cloudformation/resource.ts';

/**
 * The properties the gateway uses of each `AWS::ApiGatewayV2::*` resource, intrinsic functions resolved.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
 */
export const Api = z.object({
  Name: z.string().optional(),
  ProtocolType: z.enum(['WEBSOCKET', 'HTTP']),
  RouteSelectionExpression: z.string().default('$request.body.action'),
  CorsConfiguration: z
    .object({
      AllowOrigins: z.array(z.string()).default([]),
      AllowMethods: z.array(z.string()).default([]),
      AllowHeaders: z.array(z.string()).default([]),
      ExposeHeaders: z.array(z.string()).default([]),
      MaxAge: z.coerce.number().optional(),
      AllowCredentials: z.boolean().default(false),
    })
    .optional(),
});

export const Route = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string().optional(),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM', 'CUSTOM', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  RouteResponseSelectionExpression: z.string().optional(),
});

export const RouteResponse = z.object({ RouteId: z.string(), RouteResponseKey: z.string() });

export const Integration = z.object({
  ApiId: z.string(),
  IntegrationType: z.string(),
  IntegrationUri: z.string().optional(),
  PayloadFormatVersion: z.string().optional(),
  TimeoutInMillis: z.coerce.number().optional(),
});

export const Authorizer = z.object({
  AuthorizerType: z.enum(['REQUEST', 'JWT']),
  AuthorizerUri: z.string().optional(),
  IdentitySource: z.array(z.string()).default([]),
});

const RouteSettings = z.object({
  ThrottlingRateLimit: z.coerce.number().optional(),
  ThrottlingBurstLimit: z.coerce.number().optional(),
});

export const Stage = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  StageVariables: z.record(z.string(), z.coerce.string()).default({}),
  DefaultRouteSettings: RouteSettings.default({}),
  RouteSettings: z.record(z.string(), RouteSettings).default({}),
});

/** The resources of one type, such as `Route`, each parsed. */
export function listOf<T>(
  resources: readonly Resource[],
  type: string,
  schema: z.ZodType<T>,
): { readonly physicalId: string; readonly properties: T }[] {
  return resources
    .filter((resource) => resource.type === `AWS::ApiGatewayV2::${type}`)
    .map(({ physicalId, properties, ...resource }) => {
      const parsed = schema.safeParse(properties);
      if (parsed.success) return { physicalId, properties: parsed.data };
      const where = `${resource.type} ${resource.logicalId} of ${resource.stack}`;
      throw new Error(`${where} cannot be run locally: ${z.prettifyError(parsed.error)}`);
    });
}

/** The account and region of each API. */
export function accountsOf(resources: readonly Resource[]): (apiId: string) => Account {
  const apis = resources.filter(({ type }) => type === 'AWS::ApiGatewayV2::Api');
  const accounts = new Map(apis.map(({ physicalId, account }) => [physicalId, account]));
  return (apiId) => accounts.get(apiId) ?? defaultAccount();
}

/** The same by what `Ref` gives, for types that have ids of their own; a stage has its name. */
export const resourcesOf = <T>(resources: readonly Resource[], type: string, schema: z.ZodType<T>) =>
  new Map(listOf(resources, type, schema).map(({ physicalId, properties }) => [physicalId, properties]));
