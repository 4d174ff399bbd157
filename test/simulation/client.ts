import type { ErrorData } from '../../shared/protocol/errors.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import type { Gateway, Listener } from './gateway.ts';
import type { Refusal } from './ledger.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';
import { View } from './view.ts';
import type { ClientWire, Heard } from './wires.ts';

export interface Person {
  id: string;
  token: string;
  username: string;
}

/** Where the user wants to be. */
export interface Wish {
  eventId: string;
  username: string;
  watches: boolean;
}

export type Answer = { data: Record<string, unknown> } | { error: ErrorData } | undefined;

interface Waiting {
  resolve: (answer: Answer) => void;
  sentAt: number;
}

/** How long one waits for an answer, milliseconds. */
const PATIENCE_MS = 10_000;

interface Means {
  scheduler: Scheduler;
  gateway: Gateway;
  random: Random;
  trace: Trace;
  /** Whether nothing has gone wrong for a while. */
  isCalm: () => boolean;
}

/** A client with its app and its user, who keep to the contract: docs/protocol.md. */
export class Client implements Listener {
  readonly name: string;
  readonly person: Person;
  readonly wireName: string;
  wish: Wish | undefined;
  view: View | undefined;
  readonly views: View[] = [];
  /** Joins and watches that it has asked for, and until when it may hear of the event: until it knows that it is out. */
  readonly stays: { eventId: string; asked: number; left: number }[] = [];
  readonly broken: string[] = [];
  readonly refusals: Refusal[] = [];
  state: 'off' | 'connecting' | 'open' | 'ready' = 'off';
  /** It has the ack and the history of its join. */
  isIn = false;
  /** It has asked for it, and not left since. */
  mayBeIn = false;
  isOver = false;
  connectionId: string | undefined;
  lossCount = 0;
  readonly #wire: ClientWire;
  readonly #means: Means;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;
  /** In this session. */
  readonly #joined = new Set<string>();
  #poke: () => void = () => {};
  #awaitsHistory: (() => void) | undefined;
  /** What it does besides keeping up. */
  busy = 0;
  #isKeepingUp = false;

  constructor(name: string, person: Person, wireName: string, wire: ClientWire, means: Means) {
    this.name = name;
    this.person = person;
    this.wireName = wireName;
    this.#wire = wire;
    this.#means = means;
  }

  /** Whether it is where it wants to be, and waits for nothing. */
  get isAtRest(): boolean {
    const isThere = this.isOver
      ? this.state === 'off'
      : this.state === 'ready' && (this.wish ? this.isIn : !this.mayBeIn);
    return (
      isThere && this.busy === 0 && this.#waiting.size === 0 && (!this.isIn || this.view?.isComplete === true)
    );
  }

  get described(): string {
    const { state, isIn, busy, wish } = this;
    return JSON.stringify({
      state,
      isIn,
      busy,
      wish,
      waiting: this.#waiting.size,
      isComplete: this.view?.isComplete,
    });
  }

  start(): void {
    if (this.#isKeepingUp) return;
    this.#isKeepingUp = true;
    void this.#keepUp();
  }

  want(wish: Wish | undefined): void {
    const isChanged = JSON.stringify(this.wish) !== JSON.stringify(wish);
    this.wish = wish;
    if (isChanged && wish) this.isIn = false;
    this.poke();
  }

  poke(): void {
    this.#poke();
  }

  /** Its user closes it for good. */
  close(): void {
    this.isOver = true;
    this.#left(undefined);
    if (this.state !== 'off' && this.wireName !== 'json') this.#send('41');
    this.lose(false);
  }

  /** Its connection is lost. */
  lose(silently: boolean): void {
    if (this.connectionId !== undefined) this.#means.gateway.hangUp(this.connectionId, silently);
    this.closed();
  }

  /** Asks once; undefined if there was no answer. */
  request(action: string, data: object): Promise<Answer> {
    const { scheduler, trace, isCalm } = this.#means;
    const mustBeAnswered = isCalm();
    this.#requests += 1;
    const id = this.#requests;
    trace(this.name, `> ${action}`, id, data);
    return new Promise((resolve) => {
      this.#waiting.set(id, { resolve, sentAt: scheduler.now });
      scheduler.after(PATIENCE_MS, () => {
        if (mustBeAnswered && this.#waiting.has(id))
          this.broken.push(`no answer to ${action}, though nothing goes wrong`);
        this.#answer(id, undefined);
      });
      this.#send(this.#wire.request(id, action, data));
    });
  }

  opened(connectionId: string): void {
    if (this.state !== 'connecting') {
      this.#means.gateway.hangUp(connectionId, false);
      return;
    }
    this.connectionId = connectionId;
    this.state = this.#wire.isReadyAtOnce ? 'ready' : 'open';
    this.#means.trace(this.name, 'opened', connectionId);
    if (this.state === 'ready') this.#newSession();
    else this.#giveUpAfter(20_000, () => this.state === 'open' && this.connectionId === connectionId);
    this.poke();
  }

  refused(): void {
    this.closed();
  }

  closed(): void {
    if (this.state === 'off') return;
    this.#means.trace(this.name, 'closed');
    this.state = 'off';
    this.connectionId = undefined;
    this.lossCount += 1;
    for (const id of [...this.#waiting.keys()]) this.#answer(id, undefined);
    this.#awaitsHistory?.();
    this.poke();
  }

  frame(text: string): void {
    this.#means.trace(this.name, '<', text);
    for (const heard of this.#wire.hear(text, (packet) => this.#send(packet))) this.#hear(heard);
  }

  #hear(heard: Heard): void {
    if (heard.kind === 'answer')
      this.#answer(heard.id, heard.error ? { error: heard.error } : { data: { ...heard.data } });
    else if (heard.kind === 'event') this.#hearEvent(heard.event);
    else if (heard.kind === 'ready') {
      this.state = 'ready';
      if (!heard.recovered) this.#newSession();
      this.poke();
    } else {
      if (heard.forGood) this.wish = undefined;
      this.lose(false);
    }
  }

  /** It is in no event, as far as the server knows. */
  #newSession(): void {
    this.isIn = false;
    this.mayBeIn = false;
    this.#joined.clear();
    this.view?.reconnected();
  }

  #hearEvent(event: ServerEvent): void {
    const data = event.data as { eventId?: string; event?: { id: string } };
    const eventId = data.eventId ?? data.event?.id;
    // It is sent away, such as the oldest of too many tabs: who came back would send away the next one.
    if (event.event === 'error' && event.data.code === 'FORBIDDEN') this.#goOut();
    if (event.event === 'kicked' && eventId === this.wish?.eventId) this.#goOut();
    if (eventId === undefined) return;
    // What was written before it left may be on its way.
    const isOfItsStay =
      event.event !== 'newMessage' ||
      this.stays.some((stay) => stay.eventId === eventId && stay.left > Date.parse(event.data.sentAt));
    if (!isOfItsStay) this.broken.push(`heard a message of ${eventId}, where it is not`);
    if (this.view?.eventId !== eventId) return;
    this.view.hear(event, this.#means.scheduler.now);
    if (event.event !== 'eventHistory') return;
    this.#awaitsHistory?.();
  }

  #goOut(): void {
    this.wish = undefined;
    this.isIn = false;
    this.#left(undefined);
  }

  #answer(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    waiting.resolve(answer);
  }

  #send(text: string): void {
    if (this.connectionId !== undefined) void this.#means.gateway.receive(this.connectionId, text);
  }

  #giveUpAfter(ms: number, stillSo: () => boolean): void {
    this.#means.scheduler.after(ms, () => {
      if (stillSo()) this.lose(false);
    });
  }

  async #keepUp(): Promise<void> {
    const { scheduler, random } = this.#means;
    while (!this.isOver) {
      if (this.state === 'off') {
        if (this.lossCount > 0)
          await scheduler.sleep(random.chance(0.8) ? random.between(50, 800) : random.between(800, 4_000));
        if (this.isOver) break;
        this.#connect();
      } else if (this.state === 'ready' && this.wish && !this.isIn) await this.#enter(this.wish);
      else if (this.state === 'ready' && !this.wish && this.mayBeIn) await this.#leave();
      else if (this.isIn && this.view?.isPaging) await this.#page(this.view);
      else
        await new Promise<void>((resolve) => {
          this.#poke = resolve;
        });
    }
    this.#isKeepingUp = false;
  }

  #connect(): void {
    this.state = 'connecting';
    void this.#means.gateway.connect(this, this.#wire.query);
  }

  async #enter(wish: Wish): Promise<void> {
    const { scheduler } = this.#means;
    const { eventId, username, watches } = wish;
    if (this.view?.eventId !== eventId) {
      this.view = new View(eventId);
      this.views.push(this.view);
    }
    const { view, connectionId } = this;
    if (this.#joined.has(eventId)) view.rejoins.push(scheduler.now);
    this.#joined.add(eventId);
    const stay = { eventId, asked: scheduler.now, left: Number.POSITIVE_INFINITY };
    this.stays.push(stay);
    this.mayBeIn = true;
    const history = new Promise<void>((resolve) => {
      this.#awaitsHistory = resolve;
    });
    const after = view.completeUpTo === undefined ? {} : { after: view.completeUpTo };
    const person = watches ? {} : { username, participantToken: this.person.token };
    const answer = await this.request(watches ? 'watchEvent' : 'joinEvent', { eventId, ...person, ...after });
    if (this.connectionId !== connectionId) return;
    if (!answer) {
      // It cannot know where it is. An app on Socket.IO connects again; on JSON it asks again.
      if (this.wireName !== 'json') this.lose(false);
      return;
    }
    if ('error' in answer) return this.#refusedEntry(answer.error, wish, stay.asked);
    this.#left(eventId);
    const { event } = answer.data as { event: { status: string; reactionTotals?: Record<string, number> } };
    Object.assign(view.totals, event.reactionTotals);
    view.status = event.status;
    const isLate = await Promise.race([
      history.then(() => false),
      scheduler.sleep(PATIENCE_MS).then(() => true),
    ]);
    if (isLate || this.connectionId !== connectionId || this.wish !== wish) return;
    this.isIn = true;
  }

  async #refusedEntry({ code, retryAfterMs = 500 }: ErrorData, wish: Wish, asked: number): Promise<void> {
    const { eventId } = wish;
    if (code === 'FORBIDDEN')
      this.refusals.push({ what: 'join', client: this.name, participantId: this.person.id, eventId, asked });
    const isFinal = ['FORBIDDEN', 'EVENT_ENDED', 'EVENT_NOT_FOUND', 'BAD_REQUEST', 'BATCH_REQUIRED'].includes(
      code,
    );
    if (isFinal && this.wish === wish) this.wish = undefined;
    if (!isFinal) await this.#means.scheduler.sleep(retryAfterMs);
  }

  async #leave(): Promise<void> {
    const { connectionId } = this;
    const answer = await this.request('leaveEvent', {});
    if (answer && 'data' in answer) {
      this.#left(undefined);
      this.isIn = false;
      this.mayBeIn = false;
    } else if (!answer && this.wireName !== 'json' && this.connectionId === connectionId) this.lose(false);
  }

  async #page(view: View): Promise<void> {
    const answer = await this.request('getHistory', { after: view.completeUpTo, limit: 20 });
    if (answer && 'data' in answer) view.page(answer.data as never, this.#means.scheduler.now);
    else await this.#means.scheduler.sleep(500);
  }

  /** It knows that it is in this event, and in no other. */
  #left(eventId: string | undefined): void {
    const { now } = this.#means.scheduler;
    for (const stay of this.stays) if (stay.eventId !== eventId) stay.left = Math.min(stay.left, now);
  }
}
