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

  /** It is allowed again, or may be: whoever is answered from now on may be right. */
  lift(what: Prohibition['what'], eventId: string, participantId: string | undefined, now: number): void {
    for (const one of this.prohibitions) {
      if (one.what === what && one.eventId === eventId && one.participantId === participantId)
        one.until = Math.min(one.until, now);
    }
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
            answered < one.until,
        )
        .map((one) => `${client} may ${what} in ${eventId} in spite of a ${one.what} since ${one.from}`),
    );
  }
}
