import type { z } from 'zod';
import type { Resource } from '../cloudformation/resource.ts';
import type { Log } from '../log.ts';
import type { ApiModel, Cors, Stage } from './model.ts';
import { authorizerOf, integrationOf } from './read-route.ts';
import * as cfn from './resources.ts';

/** Reads the APIs out of the templates. Throws if two of a kind have one stage name and one origin. */
export function readModel(
  resources: readonly Resource[],
  originOf: (apiId: string) => string | undefined,
  log: Log,
): ApiModel {
  const apis = cfn.resourcesOf(resources, 'Api', cfn.Api);
  const routes = cfn.resourcesOf(resources, 'Route', cfn.Route);
  const routeResponses = cfn.listOf(resources, 'RouteResponse', cfn.RouteResponse);
  const integrations = cfn.resourcesOf(resources, 'Integration', cfn.Integration);
  const authorizers = cfn.resourcesOf(resources, 'Authorizer', cfn.Authorizer);
  const stages = cfn.listOf(resources, 'Stage', cfn.Stage).map(({ properties }) => stageOf(properties));

  const routesOf = (apiId: string) => {
    const protocol = apis.get(apiId)?.ProtocolType;
    return [...routes]
      .filter(([, route]) => route.ApiId === apiId)
      .map(([routeId, route]) => ({
        routeKey: route.RouteKey,
        integration: integrationOf(route.Target, integrations, protocol, log),
        authorizer: authorizerOf(route, authorizers),
        // Two-way needs both: the expression on the route and the response itself.
        twoWay:
          route.RouteResponseSelectionExpression === '$default' &&
          routeResponses.some(
            ({ properties: r }) => r.RouteId === routeId && r.RouteResponseKey === '$default',
          ),
      }));
  };
  const stagesOf = (apiId: string) => stages.filter((stage) => stage.apiId === apiId);
  const all = [...apis].map(([apiId, api]) => ({
    apiId,
    api,
    routes: routesOf(apiId),
    stages: stagesOf(apiId),
  }));

  const model: ApiModel = {
    webSocketApis: all
      .filter(({ api }) => api.ProtocolType === 'WEBSOCKET')
      .map(({ apiId, api, routes, stages }) => ({
        apiId,
        routeSelectionExpression: api.RouteSelectionExpression,
        routes: new Map(routes.map((route) => [route.routeKey, route])),
        stages,
      })),
    httpApis: all
      .filter(({ api }) => api.ProtocolType === 'HTTP')
      .map(({ apiId, api, routes, stages }) => ({ apiId, routes, stages, cors: corsOf(api) })),
  };
  const nameOf = (apiId: string) => apis.get(apiId)?.Name ?? apiId;
  checkStageNames('WebSocket', model.webSocketApis, nameOf, originOf, log);
  checkStageNames('HTTP', model.httpApis, nameOf, originOf, log);
  return model;
}

/**
 * On AWS each API has a host of its own. Here the first one with a stage name has it at the origin, and others only if they
 * are somewhere else.
 */
function checkStageNames(
  kind: string,
  apis: readonly { stages: readonly Stage[] }[],
  nameOf: (apiId: string) => string,
  originOf: (apiId: string) => string | undefined,
  log: Log,
): void {
  const firsts = new Map<string, string>();
  for (const { name, apiId } of apis.flatMap(({ stages }) => stages)) {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, apiId);
    else if (originOf(first) === originOf(apiId)) {
      throw new Error(
        `Two ${kind} APIs (${first} and ${apiId}) have a stage named "${name}". ` +
          'At one origin, only the stage name tells them apart.',
      );
    } else {
      const path = name === '$default' ? `/${apiId}` : `/${apiId}/${name}`;
      log(`"${nameOf(first)}" and "${nameOf(apiId)}" have a stage ${name}: the second is at ${path}`);
    }
  }
}

function stageOf(stage: z.infer<typeof cfn.Stage>): Stage {
  const limitOf = (s: (typeof stage)['DefaultRouteSettings']) => ({
    ratePerSecond: s.ThrottlingRateLimit,
    burst: s.ThrottlingBurstLimit,
  });
  return {
    apiId: stage.ApiId,
    name: stage.StageName,
    variables: stage.StageVariables,
    defaultThrottle: limitOf(stage.DefaultRouteSettings),
    routeThrottles: new Map(Object.entries(stage.RouteSettings).map(([key, s]) => [key, limitOf(s)])),
  };
}

function corsOf({ CorsConfiguration: cors }: z.infer<typeof cfn.Api>): Cors | undefined {
  return (
    cors && {
      allowOrigins: cors.AllowOrigins,
      allowMethods: cors.AllowMethods,
      allowHeaders: cors.AllowHeaders,
      exposeHeaders: cors.ExposeHeaders,
      maxAgeSeconds: cors.MaxAge,
      allowCredentials: cors.AllowCredentials,
    }
  );
}
