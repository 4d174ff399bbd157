import { limits } from '../protocol/limits.ts';

/** What surrounds a page in its frame, but for the id of the request. */
const ENVELOPE_BYTES = 1_024;

/** Tells, item after item, whether a page still fits into what API Gateway posts, less `reservedBytes`. */
export function byteBudget(reservedBytes: number): (item: unknown) => boolean {
  let left = limits.payloadBytes - ENVELOPE_BYTES - reservedBytes;
  return (item) => {
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return left >= 0;
  };
}
