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
  answered?: number;
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

/** An answer that says that something is forbidden. */
export interface Refusal {
  what: 'join' | 'send';
  client: string;
  participantId: string;
  eventId: string;
  asked: number;
}

/** What the clients of a world have asked for, and what they were answered: what all else is compared with. */
export class Ledger {
  readonly sent: Sent[] = [];
  readonly reacted: Reacted[] = [];
  readonly prohibitions: Prohibition[] = [];
  readonly entries: Entry[] = [];
  /** What moderators have asked for, whatever became of it, and until when it may hold. */
  readonly attempts: Prohibition[] = [];
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

  /** It was lifted: what was answered before is over. */
  lifted(
    what: Prohibition['what'],
    eventId: string,
    participantId: string,
    asked: number,
    now: number,
  ): void {
    for (const one of this.attempts) {
      const isIt = one.what === what && one.eventId === eventId && one.participantId === participantId;
      if (isIt && one.answered !== undefined && one.answered < asked) one.until = Math.min(one.until, now);
    }
  }

  /** What was refused, as banned or muted, to somebody who was neither when it was asked for. */
  unfounded(refusals: readonly Refusal[]): string[] {
    const of = { join: 'ban', send: 'mute' };
    return refusals
      .filter(
        ({ what, participantId, eventId, asked }) =>
          !this.attempts.some(
            (one) =>
              one.what === of[what] &&
              one.participantId === participantId &&
              one.eventId === eventId &&
              one.until > asked,
          ),
      )
      .map(({ client, what, eventId }) => `${client} may not ${what} in ${eventId}, for no reason`);
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
