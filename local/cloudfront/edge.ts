import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiGateway } from '../apigateway/api-gateway.ts';
import { sourceIp } from '../apigateway/client.ts';
import { isManagementRequest } from '../apigateway/management/management-api.ts';
import type { Stack } from '../cloudformation/assembly.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Log } from '../log.ts';
import { deployToBuckets } from '../s3/bucket-deployments.ts';
import { readBuckets } from '../s3/buckets.ts';
import type { AskOrigin, Distribution } from './distribution.ts';
import { errorPage } from './error-page.ts';
import { becomes, type EdgeAnswer, edgeRequest, OriginResponse } from './message.ts';
import { readDistribution } from './read-distribution.ts';

/** What answers requests and upgrades: the APIs, or a distribution in front of them. */
export type Front = Pick<ApiGateway, 'handleRequest' | 'handleUpgrade'>;

/**
 * Puts the distribution of the templates in front of the APIs, at the same origin. Functions call the management API by the
 * API's own address, so it is never behind the distribution. Neither is what only the default behavior matches and an API
 * has a route for: on AWS it is at the API's own host.
 *
 * @returns the APIs themselves if there is no distribution
 */
export function withEdge(
  gateway: ApiGateway,
  options: { resources: readonly Resource[]; stacks: readonly Stack[]; scratch: string; log: Log },
): Front {
  const distribution = readDistribution(options.resources, options.log);
  if (!distribution) return gateway;
  const buckets = readBuckets(
    options.resources,
    deployToBuckets(options.resources, options.stacks, options.scratch),
  );
  const isApi = ({ DomainName }: { DomainName: string }) =>
    /\.execute-api\.[^.]+\.amazonaws\.com/.test(DomainName);

  const askFor =
    (req: IncomingMessage, res: ServerResponse): AskOrigin =>
    async (origin, request) => {
      const bucket = buckets.find(({ serves }) => serves(origin.DomainName));
      if (bucket) return bucket.get(request);
      if (!isApi(origin))
        return errorPage(502, `The origin ${origin.DomainName} does not run on this machine.`);
      const response = new OriginResponse(req);
      becomes(req, request);
      // Where several APIs have a stage of one name, only their ids tell them apart.
      req.url = `/${apiIdOf(origin)}${req.url}`;
      if (await gateway.handleRequest(req, response)) {
        const answer = await response.answer;
        if (!answer) res.destroy();
        return answer;
      }
      return errorPage(404, 'No API serves this path.');
    };

  return {
    async handleRequest(req, res) {
      const request = edgeRequest(req);
      const isApisOwn = distribution.behaviorOf(request.uri) === undefined && gateway.covers(req);
      if (isManagementRequest(req) || isApisOwn) return gateway.handleRequest(req, res);
      const answer = await distribution.answer(request, sourceIp(req), askFor(req, res));
      if (answer) send(req, request.method, res, answer);
      return true;
    },
    handleUpgrade(req, socket, head) {
      upgrade(distribution, isApi, gateway, req, socket, head).catch((error) => {
        options.log(`CloudFront could not pass on an upgrade: ${error}`);
        socket.destroy();
      });
    },
  };
}

/** Passes an upgrade on to the API of its behavior. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html */
async function upgrade(
  distribution: Distribution,
  isApi: (origin: { DomainName: string }) => boolean,
  gateway: Front,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const request = edgeRequest(req);
  if (distribution.behaviorOf(request.uri)) {
    const routed = await distribution.route(request, sourceIp(req), randomBytes(40).toString('base64url'));
    if ('answer' in routed) return sendOnSocket(socket, routed.answer);
    if (isApi(routed.origin)) {
      becomes(req, routed.request);
      req.url = `/${apiIdOf(routed.origin)}${req.url}`;
    }
  }
  gateway.handleUpgrade(req, socket, head);
}

const apiIdOf = ({ DomainName }: { DomainName: string }): string => DomainName.split('.')[0] ?? '';

function send(
  req: IncomingMessage,
  method: string,
  res: ServerResponse,
  { status, headers, body }: EdgeAnswer,
): void {
  // A body that nobody has read would be taken for the next request.
  req.resume();
  const isEmpty = status === 204 || status === 304;
  res.writeHead(status, {
    ...(headers as Record<string, string | string[]>),
    ...(!isEmpty && { 'content-length': String(body.length) }),
  });
  res.end(method === 'HEAD' || isEmpty ? undefined : body);
}

function sendOnSocket(socket: Duplex, { status, headers, body }: EdgeAnswer): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`)),
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]));
}
