import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../../shared/ids.ts';
import { type LoadMember, type LoadWire, Member, type MemberOptions } from './member.ts';
import { type Delivery, Tally } from './tally.ts';

export interface LoadPlan {
  /** `wss://…/prod` */
  url: string;
  eventId: string;
  clients: number;
  /** Clients take these in turn. */
  wires: readonly LoadWire[];
  /** Messages a second, of all clients together. */
  rate: number;
  seconds: number;
  /** Every client is cut so often on average, seconds. */
  dropSeconds?: number | undefined;
  /** So long nothing new is heard before what is missing counts as lost; 30 s unless told. */
  patienceMs?: number;
  /** Of an issuer, one for each client. */
  tokenOf?: ((username: string, index: number) => Promise<string>) | undefined;
  /** Clients of another chat than this one. */
  newMember?: (options: MemberOptions) => LoadMember;
}

export interface LoadResult extends Delivery {
  tally: Tally;
  clients: number;
  /** That have not come back at the end. */
  away: number;
  /** Sends without an answer at the end. */
  unanswered: number;
  /** How late the timers of this process were, milliseconds: so much of each time is not the chat's. */
  loopDelay: { p99: number; max: number };
}

export type Phase = 'joining' | 'sending' | 'settling';
type Say = (phase: Phase, tally: Tally) => void;

/** Clients that join at the same time: first few, so that functions that are cold start one by one; later as many as are in, at most so many. */
const JOINING_AT_FIRST = 4;
const JOINING_AT_ONCE = 20;
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/**
 * Lets so many clients join, send, and come back when they are cut; then waits until everybody has everything, or until nothing more
 * comes. Rejects if a client is refused for good. `say` is called ten times a second.
 */
export async function runLoad(plan: LoadPlan, say: Say): Promise<LoadResult> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const load = new Load(plan, say);
  try {
    await load.join();
    await load.talk();
    await load.settle();
    return load.result({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 });
  } finally {
    delay.disable();
    load.close();
  }
}

class Load {
  readonly #plan: LoadPlan;
  readonly #say: Say;
  readonly #tally = new Tally(performance.now());
  readonly #members: LoadMember[] = [];
  readonly #cuts = new Map<LoadMember, NodeJS.Timeout>();
  #isTalking = false;
  #refusal: Error | undefined;

  constructor(plan: LoadPlan, say: Say) {
    this.#plan = plan;
    this.#say = say;
  }

  async join(): Promise<void> {
    const { clients } = this.#plan;
    while (this.#tally.live < clients) {
      const wave = Math.min(JOINING_AT_ONCE, Math.max(JOINING_AT_FIRST, this.#tally.live));
      const room = wave - (this.#members.length - this.#tally.live);
      for (let i = 0; i < room && this.#members.length < clients; i += 1) {
        this.#members.push(await this.#newMember(this.#members.length));
      }
      await this.#look('joining');
    }
  }

  async talk(): Promise<void> {
    const { rate, seconds } = this.#plan;
    const startedAt = performance.now();
    this.#tally.begin(startedAt);
    this.#isTalking = true;
    for (const member of this.#members) this.#cutLater(member);
    const run = newId();
    for (let sent = 0; ; ) {
      const elapsed = Math.min((performance.now() - startedAt) / 1000, seconds);
      for (; sent < Math.floor(elapsed * rate); sent += 1) {
        this.#speaker().send(`${run}-${sent}`, `Message ${sent} of a rehearsal. Did you see that?!`);
      }
      if (elapsed >= seconds) break;
      await this.#look('sending');
    }
    this.#isTalking = false;
    for (const timer of this.#cuts.values()) clearTimeout(timer);
  }

  async settle(): Promise<void> {
    const { patienceMs = PATIENCE_MS } = this.#plan;
    let behind = this.#members;
    let [acknowledged, progress, since] = [0, 0, performance.now()];
    for (;;) {
      // Whoever had everything may lack what was acknowledged since.
      if (this.#tally.acknowledged > acknowledged) behind = this.#members;
      acknowledged = this.#tally.acknowledged;
      behind = behind.filter((member) => {
        const { expected, delivered } = this.#tally.delivery([member]);
        return !member.isLive || delivered < expected;
      });
      if (behind.length === 0 && this.#unanswered === 0) return;
      const heard = this.#tally.heard + this.#tally.connects + acknowledged;
      if (heard > progress) [progress, since] = [heard, performance.now()];
      if (performance.now() > since + patienceMs) return;
      await this.#look('settling');
    }
  }

  result(loopDelay: LoadResult['loopDelay']): LoadResult {
    return {
      ...this.#tally.delivery(this.#members),
      ...{ tally: this.#tally, clients: this.#members.length, loopDelay },
      ...{ away: this.#away, unanswered: this.#unanswered },
    };
  }

  close(): void {
    this.#isTalking = false;
    for (const timer of this.#cuts.values()) clearTimeout(timer);
    for (const member of this.#members) member.close();
  }

  get #away(): number {
    return this.#members.filter(({ isLive }) => !isLive).length;
  }

  get #unanswered(): number {
    return this.#members.reduce((sum, { unanswered }) => sum + unanswered, 0);
  }

  async #newMember(index: number): Promise<LoadMember> {
    const { url, eventId, wires, tokenOf, newMember = (options) => new Member(options) } = this.#plan;
    const username = `visitor ${index + 1}`;
    return newMember({
      ...{ url, eventId, username, tally: this.#tally },
      wire: wires[index % wires.length] ?? 'json',
      token: await tokenOf?.(username, index),
      onLive: (member) => this.#cutLater(member),
      onRefused: (why) => {
        this.#refusal = new Error(`Client ${index + 1} was refused: ${why}`);
      },
    });
  }

  /** Anybody who is there. If nobody is, somebody who will be. */
  #speaker(): LoadMember {
    const live = this.#members.filter(({ isLive }) => isLive);
    const among = live.length > 0 ? live : this.#members;
    return among[Math.floor(Math.random() * among.length)] as LoadMember;
  }

  /** At any moment with the same chance. */
  #cutLater(member: LoadMember): void {
    const { dropSeconds } = this.#plan;
    if (!this.#isTalking || dropSeconds === undefined) return;
    clearTimeout(this.#cuts.get(member));
    const waitMs = -Math.log(1 - Math.random()) * dropSeconds * 1000;
    this.#cuts.set(
      member,
      setTimeout(() => member.cut(), waitMs),
    );
  }

  async #look(phase: Phase): Promise<void> {
    await sleep(LOOK_MS);
    if (this.#refusal) throw this.#refusal;
    this.#tally.second(performance.now());
    this.#say(phase, this.#tally);
  }
}
