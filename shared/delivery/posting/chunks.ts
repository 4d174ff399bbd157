import type { Batch } from './poster.ts';

/** Somebody to be served, who has had the first so many of its frames. */
export interface Recipient {
  connectionId: string;
  frames: readonly string[];
  had: number;
}

/** Recipients that are served by one Lambda. */
export interface Chunk {
  recipients: Recipient[];
  batches: Batch[];
  /** To be posted to all of them together. */
  frames: number;
  /** What the batches come to as JSON, about. */
  bytes: number;
}

export interface ChunkLimits {
  connections: number;
  frames: number;
  bytes: number;
}

/** Cuts an audience into chunks that keep within the limits, or have a single recipient that does not. */
export function* chunksOf(recipients: Iterable<Recipient>, limits: ChunkLimits): Generator<Chunk> {
  let open = newChunk();
  for (const recipient of recipients) {
    if (recipient.frames.length === 0) continue;
    const chunk = open.chunk;
    const cost = open.costOf(recipient);
    const isFull =
      chunk.recipients.length >= limits.connections ||
      chunk.frames + cost.frames > limits.frames ||
      chunk.bytes + cost.bytes > limits.bytes;
    if (isFull && chunk.recipients.length > 0) {
      yield chunk;
      open = newChunk();
    }
    // In a chunk of its own nothing is shared any more.
    open.add(recipient, isFull ? open.costOf(recipient) : cost);
  }
  if (open.chunk.recipients.length > 0) yield open.chunk;
}

function newChunk() {
  const chunk: Chunk = { recipients: [], batches: [], frames: 0, bytes: 0 };
  /** Connections by the frames that they share. */
  const sharing = new Map<readonly string[], string[]>();
  const costOf = ({ connectionId, frames, had }: Recipient) => {
    const isShared = had === 0 && sharing.has(frames);
    const frameBytes = isShared ? 0 : frames.slice(had).reduce((sum, frame) => sum + bytesOf(frame), 0);
    return { frames: frames.length - had, bytes: frameBytes + connectionId.length + 3 };
  };
  function add(recipient: Recipient, cost: { frames: number; bytes: number }): void {
    const { connectionId, frames, had } = recipient;
    chunk.frames += cost.frames;
    chunk.bytes += cost.bytes;
    chunk.recipients.push(recipient);
    const connectionIds = had === 0 ? sharing.get(frames) : undefined;
    if (connectionIds) {
      connectionIds.push(connectionId);
      return;
    }
    const first = [connectionId];
    if (had === 0) sharing.set(frames, first);
    chunk.batches.push({ frames: had === 0 ? frames : frames.slice(had), connectionIds: first });
  }
  return { chunk, costOf, add };
}

/** Quotes inside are escaped once more. */
const bytesOf = (frame: string) => Buffer.byteLength(JSON.stringify(frame));
