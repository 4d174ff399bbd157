import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { LocalApi } from '../cloudformation/api-origins.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { noMetrics, type ServiceMetrics } from '../cloudwatch/service-metrics.ts';
import type { Faults } from '../faults.ts';
import type { Authorize } from '../iam.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../metering.ts';
import { firstSegment, takeApiId } from './client.ts';
import type { Gateway } from './gateway.ts';
import { HttpApis } from './http/http-apis.ts';
import { Integrations } from './integration.ts';
import { handleManagementRequest, isManagementRequest } from './management/management-api.ts';
import { readModel } from './read-model.ts';
import { accountsOf } from './resources.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { Throttle } from './throttle.ts';
import { WebSocketApis } from './websocket/web-socket-apis.ts';

/** API Gateway on one origin: all WebSocket and HTTP APIs of the templates, and the management API. */
export interface ApiGateway {
  /** Answers a request, or gives false if nothing here serves its path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Whether it is the management API's, or for a path that a stage or a route other than `$default` serves. */
  covers(req: IncomingMessage): boolean;
  /** Takes over the socket of an upgrade request. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ids of the open WebSocket connections. */
  connections(): string[];
  /** Cuts all connections without `$disconnect`. */
  close(): Promise<void>;
}

/**
 * Runs the APIs among the resources. WebSocket APIs are at `/{stage}`, their management API at
 * `/{stage}/@connections/{id}`, HTTP APIs at `/` for the stage `$default` and at `/{stage}/…` for others. Each API is also
 * below `/{apiId}`, where those are that have a stage name in common with an earlier one.
 *
 * @param options.resources of all stacks, intrinsic functions resolved
 * @param options.apis where each API is; by default all are at the origin
 * @param options.origin such as `http://localhost:5000`
 * @param options.onPost as in `Gateway`; by default nobody is told
 * @throws if a template cannot be served, such as two WebSocket APIs with one stage name and one address
 */
export function createApiGateway(options: {
  resources: readonly Resource[];
  apis?: readonly LocalApi[];
  origin: string;
  lambda: Lambda;
  clock: Clock;
  faults: Faults;
  log: Log;
  authorize: Authorize;
  onPost?: Gateway['onPost'];
  meter?: Meter | undefined;
  settings?: Partial<Settings>;
  metrics?: ServiceMetrics;
}): ApiGateway {
  const { clock, faults, authorize } = options;
  const settings = { ...defaultSettings, ...options.settings };
  const log = once(options.log);
  const origins = new Map(options.apis?.map(({ apiId, origin }) => [apiId, origin]));
  const gateway: Gateway = {
    model: readModel(options.resources, (apiId) => origins.get(apiId), log),
    origin: new URL(options.origin),
    accountOf: accountsOf(options.resources),
    integrations: new Integrations(options.lambda, clock, options.log),
    throttle: new Throttle(clock, settings),
    clock,
    faults,
    log,
    authorize,
    metrics: options.metrics ?? noMetrics,
    onPost: options.onPost ?? (() => false),
    meter: options.meter ?? (() => {}),
    settings,
  };
  const webSocketApis = new WebSocketApis(gateway);
  const httpApis = new HttpApis(gateway);
  const apiIds = new Set(
    [...gateway.model.webSocketApis, ...gateway.model.httpApis].map(({ apiId }) => apiId),
  );
  const apiOf = (req: IncomingMessage) => takeApiId(req, (id) => apiIds.has(id));
  const isBelowId = (req: IncomingMessage) => apiIds.has(firstSegment(req));

  return {
    async handleRequest(req, res) {
      try {
        const apiId = apiOf(req);
        if (await handleManagementRequest(gateway, webSocketApis, apiId, req, res)) return true;
        if (webSocketApis.refuseRequest(apiId, req, res)) return true;
        return await httpApis.handleRequest(apiId, req, res);
      } catch (error) {
        // The caller hung up before its request was there as a whole, or it cannot be answered.
        if (!req.destroyed) options.log(`API Gateway could not answer ${req.method} ${req.url}: ${error}`);
        res.destroy();
        return true;
      }
    },
    covers: (req) =>
      isManagementRequest(req) || isBelowId(req) || webSocketApis.covers(req) || httpApis.covers(req),
    handleUpgrade: (req, socket, head) => webSocketApis.handleUpgrade(apiOf(req), req, socket, head),
    connections: () => webSocketApis.connectionIds,
    close: async () => webSocketApis.close(),
  };
}

/** Says each line once: what does not run locally as on AWS is worth one line, not one for each request. */
function once(log: Log): Log {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    log(line);
  };
}
