import { limits } from '../protocol/limits.ts';

/** What surrounds a page in its frame: a request's id alone may be as long as the frame it came in. */
const ENVELOPE_BYTES = limits.frameBytes + 1_024;

/** Tells, item after item, whether a page still fits into what API Gateway posts, less `reservedBytes`. */
export function byteBudget(reservedBytes = 0): (item: unknown) => boolean {
  let left = limits.payloadBytes - ENVELOPE_BYTES - reservedBytes;
  return (item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return left >= 0;
  };
}
