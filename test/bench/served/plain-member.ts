import type { Message } from '../../../shared/protocol/entities.ts';
import type { LoadMember, MemberOptions } from '../../load/member.ts';
import { SeqSet } from '../../load/seq-set.ts';
import { socketioLink } from '../../load/socketio-link.ts';

/** A front end of the plain server: it joins whenever it is connected and was not recovered, and shows what it hears. */
export class PlainMember implements LoadMember {
  from: number | undefined;
  readonly heard = new SeqSet();
  isLive = false;
  readonly #options: MemberOptions;
  readonly #link: ReturnType<typeof socketioLink>;
  /** Said while the connection was lost; Socket.IO sends it as soon as there is one. */
  readonly #buffered = new Map<string, string>();
  readonly #inFlight = new Set<string>();
  #openedAt = 0;
  #hasBeenOpen = false;
  #lastLive = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    const { tally, eventId } = options;
    this.#link = socketioLink(options, false, {
      onAttempt: () => {
        tally.attempts += 1;
      },
      onOpen: (isRecovered) => {
        tally.connects += 1;
        if (this.#hasBeenOpen) tally[isRecovered ? 'recoveries' : 'rejoins'] += 1;
        this.#hasBeenOpen = true;
        this.#openedAt = performance.now();
        if (isRecovered) return this.#goLive();
        this.#link.ask('joinEvent', { eventId }, ({ data }) => {
          this.from ??= (data as { latestSeq: number }).latestSeq;
          this.#goLive();
        });
      },
      onLost: () => {
        if (this.isLive) tally.losses += 1;
        this.#lose();
      },
      onFailed: (why) => tally.error(why),
      onRefused: options.onRefused,
      onError: (code) => tally.error(code),
      onMessage: (message) => this.#hear(message),
      onHistory() {},
      participantToken: () => undefined,
    });
  }

  get unanswered(): number {
    return this.#buffered.size + this.#inFlight.size;
  }

  send(id: string, text: string): void {
    this.#options.tally.send(id, performance.now());
    if (this.isLive) this.#transmit(id, text);
    else this.#buffered.set(id, text);
  }

  cut(): void {
    if (!this.isLive) return;
    this.#options.tally.cuts += 1;
    this.#lose();
    this.#link.cut();
  }

  close(): void {
    this.#link.close();
  }

  #hear({ seq, clientMessageId }: Message): void {
    const { tally } = this.#options;
    if (!this.heard.add(seq)) tally.duplicates += 1;
    else {
      if (seq < this.#lastLive) tally.inversions += 1;
      tally.hear(clientMessageId, { isLive: true, openedAt: this.#openedAt, now: performance.now() });
    }
    this.#lastLive = Math.max(this.#lastLive, seq);
  }

  #goLive(): void {
    if (!this.isLive) this.#options.tally.live += 1;
    this.isLive = true;
    for (const [id, text] of this.#buffered) this.#transmit(id, text);
    this.#buffered.clear();
    this.#options.onLive(this);
  }

  #lose(): void {
    if (this.isLive) this.#options.tally.live -= 1;
    this.isLive = false;
    // Nobody sends it again, and nobody knows whether it was heard.
    this.#inFlight.clear();
  }

  #transmit(id: string, text: string): void {
    this.#inFlight.add(id);
    this.#link.ask('sendMessage', { text, clientMessageId: id }, ({ data }) => {
      const { message } = data as { message: Message };
      this.#options.tally.acknowledge(id, message.seq, performance.now());
      this.#inFlight.delete(id);
    });
  }
}
