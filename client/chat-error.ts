import type { ErrorCode, ErrorData, ErrorDetails } from '../shared/protocol/errors.ts';

/** Why something failed: mostly in the server's words. `code` says what to do about it. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** The fields that belong to the code: `retryAfterMs`, `issues`, `requestId`, `reason`. */
  readonly details: ErrorDetails;
  /** All of it, as a snapshot shows it. */
  readonly data: ErrorData;

  constructor({ code, message = code, ...details }: { code: ErrorCode; message?: string } & ErrorDetails) {
    super(message);
    this.code = code;
    this.details = details;
    this.data = { code, message, ...details };
  }
}

/** Without a word of the server: `INTERNAL` is that there was no answer. */
export const fault = (code: ErrorCode = 'INTERNAL'): ChatError => new ChatError({ code });
