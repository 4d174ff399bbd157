import { encodeEvent as encodeFrame } from '../protocol/json.ts';
import { limits } from '../protocol/limits.ts';
import type { ServerEvent } from '../protocol/server-to-client.ts';
import { encodeEvent as encodePacket } from '../protocol/socketio.ts';
import type { Wire } from '../protocol/wire.ts';

/** An event on its way; with an `offset`, a Socket.IO client that has heard it can come back to after it. */
export type Outgoing = ServerEvent & { offset?: string };

/**
 * Packs events into as few frames as the wire and the 32 KB unit of price and quota allow, in order. An event larger than
 * that gets a frame of its own.
 */
export function packFrames(
  wire: Wire,
  events: readonly Outgoing[],
  maxBytes: number = limits.frameBytes,
): string[] {
  if (wire === 'socketio') return events.map(onePacket);
  const { envelopeBytes, item, frame } = wire === 'json' ? jsonFrames : batchPackets;
  const frames: string[] = [];
  let items: string[] = [];
  let bytes = envelopeBytes;
  let offset: string | undefined;
  const close = () => {
    if (items.length > 0) frames.push(frame(items, offset));
    items = [];
    bytes = envelopeBytes;
  };
  for (const event of events) {
    const encoded = item(event);
    const size = Buffer.byteLength(encoded) + ','.length;
    if (bytes + size > maxBytes) close();
    items.push(encoded);
    bytes += size;
    offset = event.offset ?? offset;
  }
  close();
  return frames;
}

function onePacket({ event, data, offset }: Outgoing): string {
  return offset === undefined ? encodePacket(event, data) : encodePacket(event, data, offset);
}

/** One event as an object, several as an array. */
const jsonFrames = {
  // Two brackets, less the comma that the last item does not have.
  envelopeBytes: 1,
  item: ({ event, data }: Outgoing) => encodeFrame({ event, data } as ServerEvent),
  frame: (items: readonly string[]) => (items.length === 1 ? `${items[0]}` : `[${items.join(',')}]`),
};

/** `["batch", [[event, data], …], offset]`: one packet, encoded from parts that are encoded already. */
const batchPackets = {
  // With the longest offset.
  envelopeBytes: 128,
  item: ({ event, data }: Outgoing) => JSON.stringify([event, data]),
  frame: (items: readonly string[], offset: string | undefined) =>
    `42["batch",[${items.join(',')}]${offset === undefined ? '' : `,${JSON.stringify(offset)}`}]`,
};
