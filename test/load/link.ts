import type { Message } from '../../shared/protocol/entities.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';

/** The answer to a request. */
export interface Answer {
  ok: boolean;
  data: unknown;
  error?: Pick<ErrorData, 'code' | 'retryAfterMs'>;
}

/** A connection that comes back after it was lost, on one of the wires. */
export interface Link {
  /** False: there is no connection now. The answer never comes if the connection is lost. */
  ask(action: string, data: object, answered: (answer: Answer) => void): boolean;
  /** Ends the TCP connection without a word; it comes back by itself. */
  cut(): void;
  close(): void;
}

/** Who uses a link. */
export interface LinkUser {
  /** It begins to connect. */
  onAttempt(): void;
  /** `isRecovered`: still in the event, and what was missed comes by itself. */
  onOpen(isRecovered: boolean): void;
  onLost(): void;
  /** The handshake has failed; it is tried again later. */
  onFailed(why: string): void;
  /** Refused for good: no token, or none that is good. */
  onRefused(why: string): void;
  /** A failure that answers no request, by its code, or API Gateway's own words. */
  onError(code: string): void;
  onMessage(message: Message): void;
  onHistory(page: Page): void;
  /** The secret of a guest, once there is one. */
  participantToken(): string | undefined;
}

export interface Page {
  messages: Message[];
  hasMore: boolean;
  upTo?: number;
}

export interface Address {
  /** `wss://…/prod` */
  url: string;
  /** Of an issuer. */
  token?: string | undefined;
}
