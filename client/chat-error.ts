import type { ErrorCode, ErrorData, ErrorDetails } from '../shared/protocol/errors.ts';

const ownMessages: { [C in ErrorCode]?: string } = {
  NOT_JOINED: 'You are not in this event.',
  EVENT_ENDED: 'The event has ended.',
  FORBIDDEN: 'This is not allowed.',
  UNAUTHORIZED: 'Valid credentials are required.',
};

/** What was refused, by the server's words: `code` says what to do about it, `details` has the fields that belong to it. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** `retryAfterMs`, `issues`, `requestId`, `reason`. */
  readonly details: ErrorDetails;

  constructor({ code, message, ...details }: { code: ErrorCode; message?: string } & ErrorDetails) {
    super(message ?? ownMessages[code] ?? 'The chat could not be reached.');
    this.code = code;
    this.details = details;
  }

  toData(): ErrorData {
    return { code: this.code, message: this.message, ...this.details };
  }
}
