import type * as z from 'zod';
import type { errorSchema } from './server-to-client.ts';

/**
 * Every error that a client can get: its code on both wires, its HTTP status, its message. Clients check the `code`.
 * Nothing else about a failure is ever sent to a client.
 */
const errors = {
  BAD_REQUEST: { status: 400, message: 'The request is malformed.' },
  UNKNOWN_ACTION: { status: 400, message: 'There is no such action.' },
  UNAUTHORIZED: { status: 401, message: 'Valid credentials are required.' },
  FORBIDDEN: { status: 403, message: 'This is not allowed.' },
  EVENT_NOT_FOUND: { status: 404, message: 'There is no such event.' },
  MESSAGE_NOT_FOUND: { status: 404, message: 'There is no such message.' },
  EVENT_PAUSED: { status: 409, message: 'The event is paused: only moderators can send messages.' },
  EVENT_ENDED: { status: 409, message: 'The event has ended.' },
  NOT_JOINED: { status: 409, message: 'Join an event first.' },
  BATCH_REQUIRED: {
    status: 409,
    message:
      'This event is large. Connect with the option {query: {batch: 1}} and add this listener: ' +
      'socket.on("batch", (b) => b.forEach(([e, ...a]) => socket.listeners(e).forEach((f) => f(...a)))).',
  },
  BINARY_NOT_SUPPORTED: { status: 400, message: 'Binary payloads are not supported.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests. Wait retryAfterMs milliseconds.' },
  MUTED: { status: 403, message: 'You are muted in this event. Wait retryAfterMs milliseconds.' },
  MESSAGE_REJECTED: { status: 422, message: 'The message is not allowed in this event.' },
  TOO_LARGE: { status: 413, message: 'The payload is too large.' },
  INTERNAL: { status: 500, message: 'Something went wrong on the server.' },
} as const;

export type ErrorCode = keyof typeof errors;
export const errorCodes = Object.keys(errors) as ErrorCode[];

/** What a client gets: the data of an `error` event, the `error` of an HTTP answer. */
export type ErrorData = z.infer<typeof errorSchema>;

export type ErrorDetails = Omit<ErrorData, 'code' | 'message'>;

/** One fault of a payload. */
export type Issue = NonNullable<ErrorDetails['issues']>[number];

/** The only error that clients get. Anything else that is thrown becomes `INTERNAL`. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(errors[code].message);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errors[this.code].status;
  }

  toData(): ErrorData {
    return { code: this.code, message: this.message, ...this.details };
  }
}

/** Maps anything thrown to the error that the client gets; `INTERNAL` has the `requestId`, to quote in a report. */
export function toChatError(error: unknown, requestId: string): ChatError {
  const isUsers = error instanceof ChatError && error.code !== 'INTERNAL';
  return isUsers ? error : new ChatError('INTERNAL', { requestId });
}
