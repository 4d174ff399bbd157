import { limits } from '../protocol/limits.ts';

/** What surrounds a page in its frame, but for the id of the request. */
const ENVELOPE_BYTES = 1_024;

/** What a page may come to that shares its frame with `reservedBytes`. */
export const roomInFrame = (reservedBytes: number): number =>
  limits.frameBytes - ENVELOPE_BYTES - reservedBytes;

/** Tells, item after item, whether it still fits into so many bytes of JSON; what does not takes no room. */
export function byteBudget(maxBytes: number): (item: unknown) => boolean {
  let left = maxBytes;
  return (item) => {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > left) return false;
    left -= bytes;
    return true;
  };
}
