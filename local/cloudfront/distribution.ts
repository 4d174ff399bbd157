import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Log } from '../log.ts';
import type { EdgeFunction } from './edge-function.ts';
import { errorPage } from './error-page.ts';
import { originRequest } from './forwarding.ts';
import {
  changedAnswer,
  changedRequest,
  isResponse,
  requestObject,
  responseObject,
} from './function-event.ts';
import { withHeadersPolicy } from './headers-policy.ts';
import type { EdgeAnswer, EdgeRequest } from './message.ts';
import { matchesPathPattern } from './path-pattern.ts';
import type {
  Distribution as DistributionResource,
  Origin,
  Parameters,
  ResponseHeaders,
} from './resources.ts';

type Config = z.infer<typeof DistributionResource>['DistributionConfig'];
export type Behavior = Config['DefaultCacheBehavior'];

/** What a distribution refers to. */
export interface Environment {
  readonly distributionId: string;
  readonly domainName: string;
  readonly function: (arn: string) => EdgeFunction | undefined;
  /** Of the behavior's cache policy and origin request policy. */
  readonly parameters: (behavior: Behavior) => readonly Parameters[];
  readonly responseHeaders: (behavior: Behavior) => ResponseHeaders | undefined;
  readonly log: Log;
}

/** Asks an origin; `undefined` if it has hung up. */
export type AskOrigin = (origin: Origin, request: EdgeRequest) => Promise<EdgeAnswer | undefined>;

/** What goes to the origin, or the answer without it. */
export type Routed = { origin: Origin; request: EdgeRequest } | { answer: EdgeAnswer };

/**
 * One distribution, without a cache: every request goes to its origin.
 *
 * "How CloudFront delivers content": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowCloudFrontWorks.html
 */
export class Distribution {
  readonly #config: Config;
  readonly #environment: Environment;

  constructor(config: Config, environment: Environment) {
    this.#config = config;
    this.#environment = environment;
  }

  /** The first behavior whose pattern matches the path; undefined if only the default one is left. */
  behaviorOf(path: string): Behavior | undefined {
    return this.#config.CacheBehaviors.find(({ PathPattern }) => matchesPathPattern(PathPattern, path));
  }

  async answer(request: EdgeRequest, viewerIp: string, ask: AskOrigin): Promise<EdgeAnswer | undefined> {
    const behavior = this.behaviorOf(request.uri) ?? this.#config.DefaultCacheBehavior;
    const requestId = randomBytes(40).toString('base64url');
    const routed = await this.route(request, viewerIp, requestId);
    let answer = 'answer' in routed ? routed.answer : await ask(routed.origin, routed.request);
    if (!answer) return undefined;
    const isFromOrigin = !('answer' in routed);
    if (isFromOrigin) {
      const { status } = answer;
      answer = (await this.#customError(status, request, viewerIp, ask)) ?? answer;
    }
    const { domainName, responseHeaders } = this.#environment;
    const headers = {
      'x-cache': answer.status < 400 ? 'Miss from cloudfront' : 'Error from cloudfront',
      ...answer.headers,
      via: `1.1 ${domainName} (CloudFront)`,
      'x-amz-cf-id': requestId,
    };
    answer = withHeadersPolicy(responseHeaders(behavior), request, { ...answer, headers });
    return answer.status < 400
      ? this.#viewerResponse(behavior, request, answer, viewerIp, requestId)
      : answer;
  }

  /** All that happens before the origin is asked. */
  async route(request: EdgeRequest, viewerIp: string, requestId: string): Promise<Routed> {
    const { DefaultRootObject, DefaultCacheBehavior, Origins } = this.#config;
    const behavior = this.behaviorOf(request.uri) ?? DefaultCacheBehavior;
    if (!behavior.AllowedMethods.includes(request.method)) {
      const reason =
        'This distribution is not configured to allow the HTTP request method that was used for this request.';
      return { answer: errorPage(403, reason) };
    }
    const changed = await this.#viewerRequest(behavior, request, viewerIp, requestId);
    if ('answer' in changed) return changed;
    const origin = Origins.find(({ Id }) => Id === behavior.TargetOriginId);
    if (!origin) return { answer: errorPage(502, `There is no origin ${behavior.TargetOriginId}.`) };
    const isRoot = changed.request.uri === '/' && DefaultRootObject !== '';
    const uri = isRoot ? `/${DefaultRootObject}` : changed.request.uri;
    const { parameters, domainName } = this.#environment;
    const ids = { viewerIp, requestId, domainName };
    return { origin, request: originRequest({ ...changed.request, uri }, parameters(behavior), origin, ids) };
  }

  async #viewerRequest(
    behavior: Behavior,
    request: EdgeRequest,
    viewerIp: string,
    requestId: string,
  ): Promise<{ request: EdgeRequest } | { answer: EdgeAnswer }> {
    const event = { ...this.#event('viewer-request', viewerIp, requestId), request: requestObject(request) };
    return this.#run(behavior, 'viewer-request', event, { request }, (returned) =>
      isResponse(returned)
        ? { answer: changedAnswer(undefined, returned) }
        : { request: changedRequest(request, returned) },
    );
  }

  async #viewerResponse(
    behavior: Behavior,
    request: EdgeRequest,
    answer: EdgeAnswer,
    viewerIp: string,
    requestId: string,
  ): Promise<EdgeAnswer> {
    const event = {
      ...this.#event('viewer-response', viewerIp, requestId),
      request: requestObject(request),
      response: responseObject(answer),
    };
    const result = await this.#run(behavior, 'viewer-response', event, { answer }, (returned) => ({
      answer: changedAnswer(answer, returned),
    }));
    return result.answer;
  }

  /** A function that fails is 503, one that returns what CloudFront does not accept is 502. */
  async #run<T>(
    { FunctionAssociations }: Behavior,
    eventType: string,
    event: object,
    without: T,
    read: (returned: unknown) => T,
  ): Promise<T | { answer: EdgeAnswer }> {
    const arn = FunctionAssociations.find(({ EventType }) => EventType === eventType)?.FunctionARN;
    if (arn === undefined) return without;
    const fail = (status: number, what: string, error: unknown) => {
      this.#environment.log(`The CloudFront function ${arn.split('/').at(-1)} ${what}: ${error}`);
      const reason =
        'The CloudFront function associated with the CloudFront distribution is invalid or could not run.';
      return { answer: errorPage(status, reason, 'FunctionExecutionError from cloudfront') };
    };
    let returned: unknown;
    try {
      returned = await this.#environment.function(arn)?.run(event);
    } catch (error) {
      return fail(503, 'failed', error);
    }
    try {
      return read(returned);
    } catch (error) {
      return fail(502, 'returned what CloudFront does not accept', error);
    }
  }

  #event(eventType: string, ip: string, requestId: string) {
    const { distributionId, domainName } = this.#environment;
    const context = { distributionDomainName: domainName, distributionId, eventType, requestId };
    return { version: '1.0', context, viewer: { ip } };
  }

  /**
   * The page for this status, which any behavior may serve. If it is not there, the answer is why.
   * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
   */
  async #customError(
    status: number,
    request: EdgeRequest,
    viewerIp: string,
    ask: AskOrigin,
  ): Promise<EdgeAnswer | undefined> {
    const custom = this.#config.CustomErrorResponses.find(({ ErrorCode }) => ErrorCode === status);
    if (custom?.ResponsePagePath === undefined) return undefined;
    const page: EdgeRequest = { ...request, method: 'GET', uri: custom.ResponsePagePath, query: '' };
    const routed = await this.route(page, viewerIp, randomBytes(40).toString('base64url'));
    const answer = 'answer' in routed ? routed.answer : await ask(routed.origin, routed.request);
    if (!answer || answer.status >= 400) return answer;
    return { ...answer, status: custom.ResponseCode ?? status };
  }
}
