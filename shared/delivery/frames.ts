import { encodeEvent } from '../protocol/json.ts';
import { limits } from '../protocol/limits.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';

/**
 * Packs events into as few frames as the 32 KB unit of price and quota allows, in order: one event as an object,
 * several as an array. An event larger than that gets a frame of its own.
 */
export function packFrames(events: readonly ServerEvent[], maxBytes: number = limits.frameBytes): string[] {
  const frames: string[] = [];
  let frame: string[] = [];
  let bytes = 0;
  const close = () => {
    if (frame.length > 0) frames.push(frame.length === 1 ? `${frame[0]}` : `[${frame.join(',')}]`);
    frame = [];
    // Two brackets, less the comma that the last one does not have.
    bytes = 1;
  };
  close();
  for (const encoded of events.map(encodeEvent)) {
    const size = Buffer.byteLength(encoded) + ','.length;
    if (bytes + size > maxBytes) close();
    frame.push(encoded);
    bytes += size;
  }
  close();
  return frames;
}
