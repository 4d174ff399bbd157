import type { Message } from '../../shared/protocol/entities.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import { jsonLink } from './json-link.ts';
import type { Address, Answer, Link, LinkUser, Page } from './link.ts';
import { SeqSet } from './seq-set.ts';
import { socketioLink } from './socketio-link.ts';
import type { Heard, Hearing, Tally } from './tally.ts';

export type LoadWire = 'json' | 'socketio' | 'socketio-batch';

export interface MemberOptions extends Address {
  wire: LoadWire;
  eventId: string;
  username: string;
  tally: Tally;
  /** It is in the event, for the first time or again. */
  onLive(member: LoadMember): void;
  /** It may not take part, and gives up. */
  onRefused(code: string): void;
}

/** One client of a load. */
export interface LoadMember extends Hearing {
  readonly isLive: boolean;
  /** How many messages are not acknowledged yet. */
  readonly unanswered: number;
  send(id: string, text: string): void;
  /** Ends its connection, if it is in the event. */
  cut(): void;
  close(): void;
}

/** A request without an answer is repeated after this, milliseconds. */
const ANSWER_MS = 10_000;
/** What the server itself has failed comes again after this. */
const RETRY_MS = 500;

/** What the same request may be asked again for. */
const isPassing = (code: string) => code === 'RATE_LIMITED' || code === 'INTERNAL';

interface Sending {
  text: string;
  timer?: NodeJS.Timeout | undefined;
}

/**
 * One client of the load: it joins, comes back when its connection is lost, by the rules of docs/protocol.md, catches up with what it has
 * missed, and repeats what is not acknowledged.
 */
export class Member implements LoadMember, LinkUser {
  from: number | undefined;
  readonly heard = new SeqSet();
  isLive = false;
  attempts = 0;
  readonly #options: MemberOptions;
  readonly #link: Link;
  readonly #sending = new Map<string, Sending>();
  #token: string | undefined;
  #hasBeenOpen = false;
  #openedAt = 0;
  #isJoining = false;
  #timer: NodeJS.Timeout | undefined;
  /** Up to where nothing is missing. */
  #covered: number | undefined;
  /** What a catch-up reaches at least; what was said since then comes live. Undefined: nothing is to be caught up with. */
  #end: number | undefined;
  /** The highest number heard live on this connection. */
  #lastLive = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#link =
      options.wire === 'json'
        ? jsonLink(options, this)
        : socketioLink(options, options.wire === 'socketio-batch', this);
  }

  get unanswered(): number {
    return this.#sending.size;
  }

  send(id: string, text: string): void {
    this.#sending.set(id, { text });
    this.#options.tally.send(id, performance.now());
    this.#transmit(id);
  }

  cut(): void {
    if (!this.isLive) return;
    this.#options.tally.cuts += 1;
    this.#options.tally.second(performance.now()).cuts += 1;
    this.#lose();
    this.#link.cut();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { timer } of this.#sending.values()) clearTimeout(timer);
    this.#link.close();
  }

  participantToken(): string | undefined {
    return this.#token;
  }

  onAttempt(): void {
    this.attempts += 1;
    this.#options.tally.attempts += 1;
  }

  onOpen(isRecovered: boolean): void {
    const { tally } = this.#options;
    tally.connects += 1;
    if (this.#hasBeenOpen) {
      if (isRecovered) tally.recoveries += 1;
      else tally.rejoins += 1;
    }
    this.#hasBeenOpen = true;
    this.#openedAt = performance.now();
    this.#lastLive = 0;
    if (!isRecovered || this.from === undefined || this.#end === Number.POSITIVE_INFINITY) this.#join();
    else if (this.#end === undefined) this.#goLive();
    else this.#readOn();
  }

  onLost(): void {
    if (this.isLive || this.#isJoining) this.#options.tally.losses += 1;
    this.#lose();
  }

  onFailed(why: string): void {
    this.#options.tally.failedConnects += 1;
    this.#options.tally.error(why);
  }

  onRefused(why: string): void {
    this.#options.onRefused(why);
  }

  onError(code: string): void {
    this.#options.tally.error(code);
  }

  onMessage({ seq, clientMessageId }: Message): void {
    const { tally } = this.#options;
    if (!this.heard.add(seq)) tally.duplicates += 1;
    else {
      if (seq < this.#lastLive) tally.inversions += 1;
      tally.hear(clientMessageId, this.#heard(true));
    }
    this.#lastLive = Math.max(this.#lastLive, seq);
    if (this.#end === undefined) this.#cover(seq);
  }

  onHistory(page: Page): void {
    for (const { seq, clientMessageId } of page.messages) {
      if (this.heard.add(seq)) this.#options.tally.hear(clientMessageId, this.#heard(false));
    }
    // What was asked for again comes again.
    if (this.#end === undefined || this.#end === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    const upTo = page.upTo ?? page.messages.at(-1)?.seq ?? 0;
    // Of a first join the page is the newest; `hasMore` says that there are older ones.
    if (page.hasMore && this.#covered !== undefined) {
      this.#cover(upTo);
      this.#readOn();
      return;
    }
    this.from ??= this.#end;
    this.#cover(Math.max(this.#end, this.#lastLive));
    this.#end = undefined;
    this.#goLive();
  }

  #heard(isLive: boolean): Heard {
    return { isLive, openedAt: this.#openedAt, now: performance.now() };
  }

  #join(): void {
    const { eventId, username } = this.#options;
    this.#isJoining = true;
    const data = { eventId, username, after: this.#covered, participantToken: this.#token };
    this.#end = Number.POSITIVE_INFINITY;
    this.#ask('joinEvent', data, (reply) => {
      const { latestSeq, participantToken } = reply as Replies['joinEvent'];
      this.#token = participantToken;
      this.#end = latestSeq;
      // The history has to follow.
      this.#timer = setTimeout(() => this.#join(), ANSWER_MS);
    });
  }

  #readOn(): void {
    this.#ask('getHistory', { after: this.#covered, limit: 100 }, (page) => this.onHistory(page as Page));
  }

  /** Until there is an answer, or the connection is lost. */
  #ask(action: string, data: object, done: (reply: unknown) => void): void {
    const again = () => this.#ask(action, data, done);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(again, ANSWER_MS);
    this.#link.ask(action, data, ({ ok, data: reply, error }) => {
      clearTimeout(this.#timer);
      if (ok) return done(reply);
      const pause = this.#pause(error);
      if (error && !isPassing(error.code)) return this.onRefused(error.code);
      this.#timer = setTimeout(again, pause);
    });
  }

  #goLive(): void {
    this.#isJoining = false;
    if (!this.isLive) this.#options.tally.live += 1;
    this.isLive = true;
    for (const id of this.#sending.keys()) this.#transmit(id);
    this.#options.onLive(this);
  }

  #lose(): void {
    if (this.isLive) this.#options.tally.live -= 1;
    this.isLive = false;
    this.#isJoining = false;
    clearTimeout(this.#timer);
  }

  #transmit(id: string): void {
    const sending = this.#sending.get(id);
    if (!sending) return;
    clearTimeout(sending.timer);
    if (!this.isLive) return;
    const later = (ms: number) => {
      clearTimeout(sending.timer);
      sending.timer = setTimeout(() => this.#transmit(id), ms);
    };
    later(ANSWER_MS);
    this.#link.ask('sendMessage', { text: sending.text, clientMessageId: id }, ({ ok, data, error }) => {
      if (!this.#sending.has(id)) return;
      if (ok) {
        const { message } = data as Replies['sendMessage'];
        this.#options.tally.acknowledge(id, message.seq, performance.now());
      } else {
        const pause = this.#pause(error);
        if (!error || isPassing(error.code)) return later(pause);
        if (error.code === 'NOT_JOINED') return this.#join();
        this.#options.tally.refused += 1;
      }
      clearTimeout(sending.timer);
      this.#sending.delete(id);
    });
  }

  /** Counts an error; how long to wait after it. */
  #pause(error: Answer['error']): number {
    this.#options.tally.error(error?.code ?? 'unknown');
    return Math.max(error?.retryAfterMs ?? 0, RETRY_MS);
  }

  #cover(seq: number): void {
    this.#covered = Math.max(this.#covered ?? 0, seq);
  }
}
