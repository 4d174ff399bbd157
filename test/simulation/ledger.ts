/** A message that somebody wanted to send. */
export interface Sent {
  client: string;
  participantId: string;
  eventId: string;
  text: string;
  clientMessageId: string | undefined;
  /** When it was asked for first, and when the answer came. */
  asked: number;
  answered?: number;
  /** By the ack. */
  seq?: number;
  id?: string;
  /** Some attempt was not answered, or with an error of ours: it may have been stored. */
  isUncertain: boolean;
  refusal?: string;
}

export interface Reacted {
  eventId: string;
  emoji: string;
  count: number;
  state: 'acked' | 'refused' | 'unknown';
}

/** What moderators have forbidden, from the ack on, until it is allowed again or over. Milliseconds. */
export interface Prohibition {
  what: 'ban' | 'mute' | 'pause';
  eventId: string;
  /** Whom; undefined: everybody but the host. */
  participantId: string | undefined;
  from: number;
  until: number;
}

/** Something that was acknowledged to somebody whom it was forbidden. */
export interface Entry {
  what: 'join' | 'send';
  client: string;
  participantId: string;
  eventId: string;
  asked: number;
  answered: number;
}

/** What the clients of a world have asked for, and what they were answered: what all else is compared with. */
export class Ledger {
  readonly sent: Sent[] = [];
  readonly reacted: Reacted[] = [];
  readonly prohibitions: Prohibition[] = [];
  readonly entries: Entry[] = [];
  /** Acknowledged deletions. */
  readonly deleted: { eventId: string; seq: number }[] = [];
  operations = 0;

  /** When something was allowed again: from when it was asked for until it can have no more effect. */
  readonly #lifts: (Omit<Prohibition, 'from' | 'until'> & { from: number; until: number })[] = [];

  /** It is about to be allowed again. `until` can be moved once there is an answer. */
  lift(what: Prohibition['what'], eventId: string, participantId: string | undefined, from: number) {
    const lift = { what, eventId, participantId, from, until: Number.POSITIVE_INFINITY };
    this.#lifts.push(lift);
    return lift;
  }

  #mayBeLifted({ what, eventId, participantId, from }: Prohibition, at: number): boolean {
    return this.#lifts.some(
      (lift) =>
        lift.what === what &&
        lift.eventId === eventId &&
        lift.participantId === participantId &&
        lift.from < at &&
        lift.until > from,
    );
  }

  /** What was acknowledged although it was forbidden when it was asked for, and still was when it was answered. */
  forbidden(hostId: string): string[] {
    const of = { join: ['ban'], send: ['ban', 'mute', 'pause'] };
    return this.entries.flatMap(({ what, client, participantId, eventId, asked, answered }) =>
      this.prohibitions
        .filter(
          (one) =>
            of[what].includes(one.what) &&
            one.eventId === eventId &&
            (one.participantId === participantId ||
              (one.participantId === undefined && participantId !== hostId)) &&
            asked > one.from &&
            answered < one.until &&
            !this.#mayBeLifted(one, answered),
        )
        .map((one) => `${client} may ${what} in ${eventId} in spite of a ${one.what} since ${one.from}`),
    );
  }
}
