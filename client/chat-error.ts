import type { ErrorCode, ErrorData } from '../shared/protocol/errors.ts';

/** Why something failed: mostly in the server's words. `code` says what to do about it. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** All that the server said; with the fields that belong to the code: `retryAfterMs`, `issues`, `requestId`, `reason`. */
  readonly details: ErrorData;

  constructor(error: Omit<ErrorData, 'message'> & { message?: string }) {
    const { code, message = code } = error;
    super(message);
    this.code = code;
    this.details = { ...error, message };
  }
}

/** Without a word of the server: `INTERNAL` is that there was no answer. */
export const fault = (code: ErrorCode = 'INTERNAL'): ChatError => new ChatError({ code });
