import * as z from 'zod';
import type { Message } from '../protocol/entities.ts';
import { metadata } from '../protocol/metadata.ts';
import { optional } from '../protocol/optional.ts';
import { messageText } from '../protocol/text.ts';

/** What a reviewer is asked, before the message has a number. Reference: docs/review.md. */
export interface ReviewRequest {
  eventId: string;
  message: Pick<Message, 'id' | 'text' | 'participant' | 'metadata' | 'replyTo'>;
}

/**
 * Asks the reviewer. Resolves to what it answered, whatever that is, or to undefined if it failed by itself. Rejects if it
 * could not be asked, or did not answer in time.
 */
export type Ask = (request: ReviewRequest) => Promise<unknown>;

const answerSchema = z.discriminatedUnion(
  'action',
  [
    z.object({ action: z.literal('allow') }),
    // What else it says of a message that nobody gets does not matter.
    z.object({ action: z.literal('deny'), reason: z.unknown().optional() }),
    z
      .object({ action: z.literal('modify'), text: optional(messageText), metadata: optional(metadata) })
      .refine(({ text, metadata }) => text !== undefined || metadata !== undefined, 'must change something'),
  ],
  'is none of allow, deny and modify',
);

/** What a reviewer says of a message. */
export type Verdict = z.output<typeof answerSchema>;

/** Of where it is the field alone: what is deeper may be what somebody wrote. */
const faultOf = ({ path: [field = 'the answer'], message }: z.core.$ZodIssue) =>
  `${String(field)} ${message}`;

/** Without a `verdict`: no answer (`error` says why), or a wrong one (`faults` say how, and quote nothing). `asked`: whether it was asked at all. */
export interface Reviewed {
  asked: boolean;
  verdict?: Verdict;
  error?: unknown;
  faults?: string[];
}

/** For the messages of so many people in a row it may fail to answer, until it is left alone for a while. */
const FAILURES = 5;
const PAUSE_MS = 5_000;

/**
 * Somebody else's code that looks at messages. If it answers several people in a row not at all, nobody waits for it for a
 * few seconds. What a message itself can bring about does not count, since it would let others through: not a failure of that code or a
 * wrong answer, and of each person's messages that took too long only one.
 */
export class Reviewer {
  readonly #ask: Ask;
  readonly #now: () => number;
  readonly #unanswered = new Set<string>();
  #pausedUntil = 0;

  constructor(ask: Ask, now: () => number = Date.now) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Never rejects. */
  async review(request: ReviewRequest): Promise<Reviewed> {
    if (this.#now() < this.#pausedUntil) return { asked: false };
    let answer: unknown;
    try {
      answer = await this.#ask(request);
    } catch (error) {
      this.#unanswered.add(request.message.participant.id);
      if (this.#unanswered.size >= FAILURES) {
        this.#unanswered.clear();
        this.#pausedUntil = this.#now() + PAUSE_MS;
      }
      return { asked: true, error };
    }
    this.#unanswered.clear();
    const { data, error } = answerSchema.safeParse(answer);
    return data ? { asked: true, verdict: data } : { asked: true, faults: error?.issues.map(faultOf) ?? [] };
  }
}
