import type { Resource } from '../../../local/cloudformation/resource.ts';

type Properties = Record<string, unknown>;

const resource = (type: string, physicalId: string, properties: Properties): Resource => ({
  stack: 'Fixture',
  account: { accountId: '000000000000', region: 'us-east-1' },
  logicalId: physicalId,
  type: `AWS::ApiGatewayV2::${type}`,
  properties,
  physicalId,
});

export const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const invocationUri = (name: string) =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`;

/**
 * The resources of an API as CDK synthesizes them, resolved. A route names the function it invokes, or is an object with
 * `function` and further properties of the route or `timeoutMs` of its integration.
 */
export type Routes = Record<
  string,
  string | ({ function?: string; timeoutMs?: number; twoWay?: boolean } & Properties)
>;

export function webSocketApi(given: {
  routes: Routes;
  apiId?: string;
  stage?: Properties;
  expression?: string;
  authorizer?: { function: string; identitySource: string[] };
}): Resource[] {
  const { apiId = 'wsapi00001', stage, authorizer, expression = '$request.body.action' } = given;
  return [
    resource('Api', apiId, { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: expression }),
    resource('Stage', `${apiId}-stage`, { ApiId: apiId, StageName: 'prod', AutoDeploy: true, ...stage }),
    ...(authorizer
      ? [
          resource('Authorizer', `${apiId}-authorizer`, {
            ApiId: apiId,
            AuthorizerType: 'REQUEST',
            AuthorizerUri: invocationUri(authorizer.function),
            IdentitySource: authorizer.identitySource,
          }),
        ]
      : []),
    ...routesOf(apiId, given.routes, (name) => ({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invocationUri(name),
    })),
  ].map((r) => withAuthorizer(r, authorizer && `${apiId}-authorizer`));
}

export function httpApi(given: {
  routes: Routes;
  apiId?: string;
  stage?: Properties;
  cors?: Properties;
}): Resource[] {
  const { apiId = 'httpapi001', stage, cors } = given;
  return [
    resource('Api', apiId, { ProtocolType: 'HTTP', ...(cors && { CorsConfiguration: cors }) }),
    resource('Stage', `${apiId}-stage`, { ApiId: apiId, StageName: '$default', AutoDeploy: true, ...stage }),
    resource('Authorizer', `${apiId}-jwt`, {
      ApiId: apiId,
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['me'], Issuer: 'https://issuer.example' },
    }),
    ...routesOf(apiId, given.routes, (name) => ({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: functionArn(name),
      PayloadFormatVersion: '2.0',
    })),
  ];
}

function routesOf(apiId: string, routes: Routes, integration: (name: string) => Properties): Resource[] {
  return Object.entries(routes).flatMap(([routeKey, given], i) => {
    const {
      function: name,
      timeoutMs,
      twoWay,
      ...properties
    } = typeof given === 'string' ? { function: given } : given;
    const id = `${apiId}-${i}`;
    const timeout = timeoutMs === undefined ? {} : { TimeoutInMillis: timeoutMs };
    return [
      ...(name
        ? [resource('Integration', `${id}-int`, { ApiId: apiId, ...integration(name), ...timeout })]
        : []),
      resource('Route', `${id}-route`, {
        ApiId: apiId,
        RouteKey: routeKey,
        AuthorizationType: 'NONE',
        ...(name && { Target: `integrations/${id}-int` }),
        ...(twoWay && { RouteResponseSelectionExpression: '$default' }),
        ...properties,
      }),
      ...(twoWay
        ? [
            resource('RouteResponse', `${id}-response`, {
              ApiId: apiId,
              RouteId: `${id}-route`,
              RouteResponseKey: '$default',
            }),
          ]
        : []),
    ];
  });
}

const withAuthorizer = (r: Resource, authorizerId: string | undefined): Resource =>
  authorizerId && r.properties.RouteKey === '$connect'
    ? { ...r, properties: { ...r.properties, AuthorizationType: 'CUSTOM', AuthorizerId: authorizerId } }
    : r;
