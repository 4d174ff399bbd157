import type { Clock } from '../clock.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Log } from '../log.ts';
import { type Alarm, readAlarm, type StateValue } from './alarm.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { MetricStore } from './metric-store.ts';
import { type ServiceMetrics, serviceMetrics } from './service-metrics.ts';

/** An alarm as `DescribeAlarms` would show it. */
export interface AlarmState {
  readonly logicalId: string;
  readonly name: string;
  readonly description: string;
  readonly state: StateValue;
}

const MINUTE_MS = 60_000;
/** After a leap of the clock, so many minutes are looked at one after the other. */
const MINUTES_AT_ONCE = 120;

/** Takes the metrics of functions and services, and evaluates the templates' alarms every minute by the clock. Tells nobody but the log. */
export class CloudWatch {
  readonly services: ServiceMetrics;
  readonly #store = new MetricStore();
  readonly #alarms: { readonly alarm: Alarm; state: StateValue }[];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #gauges: ((at: number) => void)[] = [];
  #evaluatedAt: number;
  #cancel = () => {};

  constructor(resources: readonly Resource[], clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.services = serviceMetrics((namespace, name, dimensions, value) =>
      this.#store.put({ namespace, name, dimensions }, value, clock.now()),
    );
    this.#alarms = resources
      .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
      .flatMap((resource) => {
        try {
          return { alarm: readAlarm(resource), state: 'INSUFFICIENT_DATA' as const };
        } catch (error) {
          log(`${resource.logicalId} does not run here: ${error instanceof Error ? error.message : error}`);
          return [];
        }
      });
    this.#evaluatedAt = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
    this.#wait();
  }

  /** Takes what is a metric of what a function printed. */
  readLog(text: string): void {
    for (const { id, values, at } of embeddedMetrics(text)) {
      for (const value of values) this.#store.put(id, value, at);
    }
  }

  /** Asked for every minute: what is measured rather than counted. Undefined: nothing to say. */
  addGauge(
    namespace: string,
    name: string,
    dimensions: Record<string, string>,
    read: () => number | undefined,
  ): void {
    this.#gauges.push((at) => {
      const value = read();
      if (value !== undefined) this.#store.put({ namespace, name, dimensions }, value, at);
    });
  }

  /** As of the last full minute. */
  alarms(): AlarmState[] {
    return this.#alarms.map(({ alarm: { logicalId, name, description }, state }) => ({
      ...{ logicalId, name, description },
      state,
    }));
  }

  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    const dueAt = this.#evaluatedAt + MINUTE_MS;
    this.#cancel = this.#clock.after(Math.max(0, dueAt - this.#clock.now()), () => {
      const now = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
      // Of the minute that has ended.
      for (const gauge of this.#gauges) gauge(now - 1);
      const from = Math.max(this.#evaluatedAt + MINUTE_MS, now - MINUTES_AT_ONCE * MINUTE_MS);
      for (let at = from; at <= now; at += MINUTE_MS) this.#evaluate(at);
      this.#evaluatedAt = Math.max(now, this.#evaluatedAt);
      this.#wait();
    });
  }

  #evaluate(at: number): void {
    for (const one of this.#alarms) {
      const before = one.state;
      one.state = one.alarm.evaluate(this.#store, at, before);
      const isNews = before !== one.state && (one.state === 'ALARM' || before === 'ALARM');
      if (isNews) this.#log(`alarm ${one.alarm.logicalId} is ${one.state}: ${one.alarm.description}`);
    }
  }
}
