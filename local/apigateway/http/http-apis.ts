import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../body.ts';
import { decode, targetOf } from '../client.ts';
import type { Gateway } from '../gateway.ts';
import { newId } from '../identifiers.ts';
import type { Outcome } from '../integration.ts';
import type { HttpApi, Integration, Stage } from '../model.ts';
import { authorizeRequest } from './authorizer.ts';
import { preflight, withCors } from './cors.ts';
import { httpEvent } from './event.ts';
import { type HttpAnswer, internalServerError, messageAnswer, readResponse, sendAnswer } from './response.ts';
import { Router } from './router.ts';

/** The largest request an HTTP API takes, bytes. */
const largestBodyBytes = 10_485_760;

interface Served {
  readonly api: HttpApi;
  readonly stage: Stage;
  readonly router: Router;
}

/** All HTTP APIs: the `$default` stage at `/`, others below their name. */
export class HttpApis {
  readonly #gateway: Gateway;
  readonly #stages: readonly Served[];

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#stages = gateway.model.httpApis.flatMap((api) => {
      const router = new Router(api.routes);
      return api.stages.map((stage) => ({ api, stage, router }));
    });
  }

  /** Whether a stage has a route for this path other than `$default`. */
  covers(req: IncomingMessage): boolean {
    const { served, below } = this.#serving(req, undefined);
    return served?.router.has(below) === true;
  }

  /** The stage that serves a path, and the path below it. */
  #serving(req: IncomingMessage, apiId: string | undefined): { served: Served | undefined; below: string } {
    const path = decode(targetOf(req).path);
    const first = path.split('/')[1] ?? '';
    const named = first === '$default' ? undefined : this.#find(first, apiId);
    if (!named) return { served: this.#find('$default', apiId), below: path };
    return { served: named, below: path.slice(first.length + 1) || '/' };
  }

  /** @returns false if no stage serves this path, of the API with this id if there is one */
  async handleRequest(
    apiId: string | undefined,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<boolean> {
    const { served, below } = this.#serving(req, apiId);
    if (!served) return false;
    const requestId = newId();
    const body = await readBody(req, largestBodyBytes);
    const answer =
      preflight(served.api.cors, req, this.#gateway.settings.preflightStatus) ??
      withCors(served.api.cors, req, await this.#answer(served, req, { path: below, body, requestId }));
    sendAnswer(res, answer, requestId);
    this.#measure(served.stage, answer);
    return true;
  }

  #measure(stage: Stage, { status }: HttpAnswer): void {
    const { metrics } = this.#gateway;
    metrics.http(stage, 'Count');
    if (status >= 400) metrics.http(stage, status >= 500 ? '5xx' : '4xx');
  }

  #find(name: string, apiId: string | undefined): Served | undefined {
    return this.#stages.find(({ stage }) => stage.name === name && (apiId ?? stage.apiId) === stage.apiId);
  }

  async #answer(
    { stage, router }: Served,
    req: IncomingMessage,
    { path, body, requestId }: { path: string; body: Buffer | undefined; requestId: string },
  ): Promise<HttpAnswer> {
    const { settings, throttle } = this.#gateway;
    const match = router.match(req.method ?? 'GET', path);
    if (!match) return messageAnswer(404, 'Not Found');
    if (!throttle.admits(stage, match.route.routeKey)) {
      return messageAnswer(429, settings.httpMessages.tooManyRequests);
    }
    if (body === undefined) return messageAnswer(413, settings.httpMessages.tooLarge);
    const authorization = authorizeRequest(this.#gateway, stage.apiId, match.route.authorizer, req);
    if (!authorization.ok) return authorization.answer;
    const authorizer = authorization.context;
    const event = httpEvent(this.#gateway, req, match, { stage, body, requestId, authorizer });
    return this.#read(await this.#call(match.route.integration, event));
  }

  #call(integration: Integration | undefined, event: unknown): Promise<Outcome> {
    const isLambda = integration?.type === 'lambda';
    return this.#gateway.integrations.call(
      isLambda ? integration.functionArn : '',
      event,
      isLambda ? integration.timeoutMs : 30_000,
    );
  }

  #read(outcome: Outcome): HttpAnswer {
    const { settings } = this.#gateway;
    const isThrottled = outcome.kind === 'failed' && outcome.throttled && settings.unavailableWhenThrottled;
    if (outcome.kind === 'timed-out' || isThrottled) return messageAnswer(503, settings.httpMessages.timeout);
    if (outcome.kind === 'failed') return internalServerError;
    return readResponse(outcome.payload, settings);
  }
}
