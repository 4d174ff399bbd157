import type { Message } from '../../shared/protocol/entities.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';

type Data<Name extends ServerEvent['event']> = Extract<ServerEvent, { event: Name }>['data'];

/** A message that was heard again, live: when it was heard first and then. */
export interface Repeat {
  seq: number;
  first: number;
  again: number;
}

/** What somebody's app shows of the event that it is in, by what it was told (docs/protocol.md). */
export class View {
  readonly eventId: string;
  readonly messages = new Map<number, Message>();
  /** When each was heard first. */
  readonly heardAt = new Map<number, number>();
  readonly deleted = new Set<number>();
  readonly participants = new Map<string, string>();
  readonly repeats: Repeat[] = [];
  /** When it joined again on a connection that had been in the event: a window from before may tell what the history has, too. */
  readonly rejoins: number[] = [];
  /** What must never be. */
  readonly broken: string[] = [];
  count: number | undefined;
  status = 'active';
  totals: Record<string, number> = {};
  /** All up to here was heard, or is never to be: where a rejoin goes on. */
  completeUpTo: number | undefined;
  /** The lowest number that it was to hear of. */
  begins: number | undefined;
  /** The last that was heard live on this connection. */
  #last = 0;

  constructor(eventId: string) {
    this.eventId = eventId;
  }

  /** It comes back on another connection, as somebody new. */
  reconnected(): void {
    this.#last = 0;
  }

  get isComplete(): boolean {
    return this.completeUpTo !== undefined && !this.isPaging;
  }

  isPaging = false;

  hear({ event, data }: ServerEvent, now: number): void {
    if (event === 'newMessage') this.#newMessage(data, now);
    else if (event === 'eventHistory') this.#history(data, now);
    else if (event === 'userJoined' || event === 'userLeft') this.#presence(event, data);
    else if (event === 'messageDeleted') this.#delete(data.messages ?? [data]);
    else if (event === 'eventEnded') this.status = 'ended';
    else if (event === 'reactions') Object.assign(this.totals, data.totals);
  }

  #newMessage(message: Message, now: number): void {
    const { seq } = message;
    const first = this.heardAt.get(seq);
    if (first !== undefined) this.repeats.push({ seq, first, again: now });
    else if (seq < this.#last) this.broken.push(`${seq} came after ${this.#last}`);
    this.#last = Math.max(this.#last, seq);
    this.#keep(message, now);
    if (this.isComplete) this.completeUpTo = Math.max(this.completeUpTo ?? 0, seq);
  }

  #keep(message: Message, now: number): void {
    const { seq } = message;
    const before = this.messages.get(seq);
    if (before && before.id !== message.id) this.broken.push(`two messages have the number ${seq}`);
    if (!this.heardAt.has(seq)) this.heardAt.set(seq, now);
    if (!this.deleted.has(seq)) this.messages.set(seq, message);
  }

  #history(
    { messages, participants, participantCount, hasMore, deletedSeqs = [], upTo }: Data<'eventHistory'>,
    now: number,
  ): void {
    const [oldest] = messages;
    this.participants.clear();
    for (const { id, username } of participants) this.participants.set(id, username);
    this.count = participantCount;
    // Without `after` these are the newest: what is before them it never asks for.
    if (this.completeUpTo === undefined) this.begins = hasMore ? oldest?.seq : 0;
    const isMore = hasMore && this.completeUpTo !== undefined;
    this.page({ messages, hasMore: isMore, deletedSeqs, upTo }, now);
  }

  /** A page of the history after what it had. */
  page(
    {
      messages,
      hasMore,
      deletedSeqs = [],
      upTo,
    }: {
      messages: readonly Message[];
      hasMore: boolean;
      deletedSeqs?: readonly number[];
      upTo?: number | undefined;
    },
    now: number,
  ): void {
    const inOrder = messages.every(({ seq }, index) => index === 0 || seq > (messages[index - 1]?.seq ?? 0));
    if (!inOrder) this.broken.push('a page is not in order');
    for (const message of messages) this.#keep(message, now);
    this.#delete(deletedSeqs.map((seq) => ({ seq })));
    const end = upTo ?? messages.at(-1)?.seq ?? this.completeUpTo ?? 0;
    this.isPaging = hasMore;
    this.completeUpTo = Math.max(this.completeUpTo ?? 0, end, hasMore ? 0 : this.#last);
  }

  #delete(messages: readonly { seq: number }[]): void {
    for (const { seq } of messages) {
      this.deleted.add(seq);
      this.messages.delete(seq);
    }
  }

  #presence(event: 'userJoined' | 'userLeft', data: Data<'userJoined'> | Data<'userLeft'>): void {
    this.count = data.participantCount;
    const { participant, participants = participant ? [participant] : [] } = data;
    for (const { id, username } of participants) {
      if (event === 'userJoined') this.participants.set(id, username);
      else this.participants.delete(id);
    }
  }
}
