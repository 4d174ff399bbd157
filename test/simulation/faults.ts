import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Every kind of trouble that a world may have. */
export const faultKinds = [
  // Of DynamoDB
  'requestLost',
  'answerLost',
  'throttled',
  'conflict',
  'staleRead',
  'shortPage',
  'unprocessed',
  'slowRequest',
  'slowWrite',
  // Of its stream
  'recordTwice',
  'recordLost',
  'recordLate',
  // Of Lambda
  'killed',
  'coldStart',
  'recycled',
  'noConcurrency',
  'slowInvocation',
  // Of API Gateway
  'postRefused',
  'postFailed',
  'postUnanswered',
  'disconnectLost',
  'disconnectTwice',
  'connectionEnded',
  'sick',
  'outage',
  'handshakeLost',
  // Of the network and the clients
  'dropped',
  'silentlyLost',
  'deaf',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** How likely each is, of those that happen by chance. */
export type Rates = Partial<Record<FaultKind, number>>;

/**
 * After these somebody may hear something twice: who has posted cannot write it down, or does not know what became of a post. Only the
 * conditions of a world without them are strict.
 */
export const mayRepeat: readonly FaultKind[] = [
  'killed',
  'requestLost',
  'answerLost',
  'postUnanswered',
  'postFailed',
  'noConcurrency',
  'throttled',
  'slowInvocation',
  'sick',
  'outage',
];

/** After these something may wait for the sweep, or for the next thing that happens. */
const losing: readonly FaultKind[] = [
  'killed',
  'requestLost',
  'answerLost',
  'throttled',
  'recordLost',
  'noConcurrency',
  'slowInvocation',
  'outage',
];

const delaying: readonly FaultKind[] = [
  'requestLost',
  'answerLost',
  'throttled',
  'slowRequest',
  'slowWrite',
  'postUnanswered',
  'sick',
  'outage',
];

/** Decides by chance what goes wrong, and counts it. */
export class Faults {
  readonly counts = new Map<FaultKind, number>();
  /** When something was heard twice with a reason. */
  readonly #excuses: number[] = [];
  #areOn = false;
  #endedAt = Number.POSITIVE_INFINITY;

  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #rates: Rates;
  readonly #trace: (kind: FaultKind) => void;

  constructor(scheduler: Scheduler, random: Random, rates: Rates, trace: (kind: FaultKind) => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#rates = rates;
    this.#trace = trace;
  }

  /** Until then nothing goes wrong. */
  begin(): void {
    this.#areOn = true;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#areOn = false;
    this.#endedAt = this.#scheduler.now;
  }

  /** Whether they ended so long ago, milliseconds. */
  haveEndedFor(ms: number): boolean {
    return this.#scheduler.now - this.#endedAt >= ms;
  }

  get areOn(): boolean {
    return this.#areOn;
  }

  happens(kind: FaultKind): boolean {
    const isSo = this.isDue(kind);
    if (isSo) this.count(kind);
    return isSo;
  }

  /** The same for what may yet not come to happen: it is to be counted once it has. */
  isDue(kind: FaultKind): boolean {
    const rate = this.#rates[kind] ?? 0;
    return this.#areOn && rate > 0 && this.#random.chance(rate);
  }

  count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (mayRepeat.includes(kind)) this.#excuses.push(this.#scheduler.now);
    this.#trace(kind);
  }

  /** Whether between these times something happened after which one may hear something twice. */
  excuse(from: number, to: number): boolean {
    return this.#excuses.some((at) => at >= from && at <= to);
  }

  /** Whether something may be left undone for a while. */
  get haveLost(): boolean {
    return losing.some((kind) => this.counts.has(kind));
  }

  /** How often something happened that a function waits for, or tries again. */
  get delays(): number {
    return delaying.reduce((sum, kind) => sum + (this.counts.get(kind) ?? 0), 0);
  }
}
