import { Histogram } from './histogram.ts';
import type { SeqSet } from './seq-set.ts';

/** What happened within one second of the run. */
export interface Second {
  sent: number;
  acknowledged: number;
  heard: number;
  /** Clients in the event at its end. */
  live: number;
  cuts: number;
  /** From send to each client that heard it as it was said. */
  latency: Histogram;
}

/** Whether everybody has what was acknowledged. */
export interface Delivery {
  /** Pairs of a client and a message that was acknowledged after the client had joined. */
  expected: number;
  delivered: number;
}

/** How a client has heard a message: as an event or on a page, by a connection that was opened then. */
export interface Heard {
  isLive: boolean;
  openedAt: number;
  now: number;
}

/** What one client knows; `from`: it hears everything after this number. Undefined: it never got in. */
export interface Hearing {
  readonly from: number | undefined;
  readonly heard: SeqSet;
}

/** Counts what happens to all clients of a run. Times are milliseconds of `performance.now()`. */
export class Tally {
  readonly seconds: Second[] = [];
  readonly acknowledgedSeqs: number[] = [];
  readonly sendToAck = new Histogram();
  readonly sendToHear = new Histogram();
  /** Of messages that a client was told after it had come back. */
  readonly sendToCatchUp = new Histogram();
  /** From the connection's opening to each message that was said before. */
  readonly replay = new Histogram();
  /** By code. */
  readonly errors = new Map<string, number>();
  sent = 0;
  /** Sends that were refused for good. */
  refused = 0;
  /** Once for each client and message. */
  heard = 0;
  duplicates = 0;
  inversions = 0;
  live = 0;
  cuts = 0;
  /** To connect. */
  attempts = 0;
  connects = 0;
  failedConnects = 0;
  /** Connections that were lost without being cut by us. */
  losses = 0;
  recoveries = 0;
  rejoins = 0;
  readonly #sentAt = new Map<string, number>();
  readonly #acknowledged = new Set<string>();

  #startedAt: number;

  constructor(now: number) {
    this.#startedAt = now;
  }

  /** Seconds are counted from now on. */
  begin(now: number): void {
    this.#startedAt = now;
    this.seconds.length = 0;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  get reconnects(): number {
    return this.recoveries + this.rejoins;
  }

  error(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  send(id: string, now: number): void {
    this.sent += 1;
    this.#sentAt.set(id, now);
    this.second(now).sent += 1;
  }

  acknowledge(id: string, seq: number, now: number): void {
    const sentAt = this.#sentAt.get(id);
    if (sentAt === undefined || this.#acknowledged.has(id)) return;
    this.#acknowledged.add(id);
    this.acknowledgedSeqs.push(seq);
    this.sendToAck.add(now - sentAt);
    this.second(now).acknowledged += 1;
  }

  /** A client has heard a message for the first time, as it was said or by catching up. */
  hear(id: string | undefined, { isLive, openedAt, now }: Heard): void {
    const sentAt = this.#sentAt.get(id ?? '');
    if (sentAt === undefined) return;
    const second = this.second(now);
    this.heard += 1;
    second.heard += 1;
    if (sentAt < openedAt) this.replay.add(now - openedAt);
    if (isLive) {
      this.sendToHear.add(now - sentAt);
      second.latency.add(now - sentAt);
    } else this.sendToCatchUp.add(now - sentAt);
  }

  second(now: number): Second {
    const index = Math.max(0, Math.floor((now - this.#startedAt) / 1000));
    while (this.seconds.length <= index) {
      this.seconds.push({
        ...{ sent: 0, acknowledged: 0, heard: 0, live: this.live, cuts: 0, latency: new Histogram() },
      });
    }
    const second = this.seconds[index] as Second;
    second.live = this.live;
    return second;
  }

  delivery(clients: Iterable<Hearing>): Delivery {
    let [expected, delivered] = [0, 0];
    for (const { from, heard } of clients) {
      for (const seq of this.acknowledgedSeqs) {
        if (from === undefined || seq <= from) continue;
        expected += 1;
        if (heard.has(seq)) delivered += 1;
      }
    }
    return { expected, delivered };
  }
}
