import type { Clock } from '../clock.ts';
import type { Stage } from './model.ts';
import type { Settings } from './settings.ts';

/** A token bucket: `burst` requests at once, refilled at `ratePerSecond`. */
export class TokenBucket {
  readonly #ratePerSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(limit: { ratePerSecond: number; burst: number }, clock: Clock) {
    this.#ratePerSecond = limit.ratePerSecond;
    this.#burst = limit.burst;
    this.#clock = clock;
    this.#tokens = limit.burst;
    this.#filledAt = clock.now();
  }

  take(): boolean {
    const now = this.#clock.now();
    this.#tokens = Math.min(
      this.#burst,
      this.#tokens + ((now - this.#filledAt) / 1000) * this.#ratePerSecond,
    );
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/**
 * The limits of the account, which all APIs and the management API share, on its new connections, and of each route of
 * a stage. A stage's
 * default settings are a limit for each of its routes, not one for all together.
 *
 * "Protect your WebSocket APIs in API Gateway", "Throttle requests to your HTTP APIs":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #account: TokenBucket;
  readonly #connects: TokenBucket;
  readonly #accountBurst: number;
  readonly #routes = new Map<Stage, Map<string, TokenBucket | undefined>>();

  constructor(clock: Clock, settings: Settings) {
    this.#clock = clock;
    this.#account = new TokenBucket(settings.accountThrottle, clock);
    this.#connects = new TokenBucket(settings.connectThrottle, clock);
    this.#accountBurst = settings.accountThrottle.burst;
  }

  /** Whether a call of the management API may pass. */
  admitsManagementCall(): boolean {
    return this.#account.take();
  }

  /** Whether a new connection may be made. */
  admitsConnection(stage: Stage): boolean {
    return this.#connects.take() && this.admits(stage, '$connect');
  }

  /** Whether a request for this route may pass. */
  admits(stage: Stage, routeKey: string): boolean {
    return (this.#bucket(stage, routeKey)?.take() ?? true) && this.#account.take();
  }

  #bucket(stage: Stage, routeKey: string): TokenBucket | undefined {
    const buckets = this.#routes.get(stage) ?? new Map<string, TokenBucket | undefined>();
    this.#routes.set(stage, buckets);
    if (!buckets.has(routeKey)) buckets.set(routeKey, this.#newBucket(stage, routeKey));
    return buckets.get(routeKey);
  }

  #newBucket(stage: Stage, routeKey: string): TokenBucket | undefined {
    const own = stage.routeThrottles.get(routeKey);
    const ratePerSecond = own?.ratePerSecond ?? stage.defaultThrottle.ratePerSecond;
    const burst = own?.burst ?? stage.defaultThrottle.burst ?? this.#accountBurst;
    return ratePerSecond === undefined ? undefined : new TokenBucket({ ratePerSecond, burst }, this.#clock);
  }
}
