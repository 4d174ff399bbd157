import { encodeEvent as encodeFrame } from '../../protocol/json.ts';
import { limits } from '../../protocol/limits.ts';
import { encodeOffset, type Offset } from '../../protocol/offset.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import { encodeEvent as encodePacket } from '../../protocol/socketio.ts';
import { hasOffsets, isUnbatched, type Wire, wires } from '../../protocol/wire.ts';
import type { Batch } from '../posting/poster.ts';

/**
 * An event on its way. Whoever has heard it has come to `offset`; a Socket.IO client gets it as the last argument, and can come
 * back to after it.
 */
export type Outgoing = ServerEvent & { offset?: Offset };

/** A frame, and where it takes its recipient; undefined: nowhere, it holds no part of what an event tells. */
export interface Frame {
  text: string;
  offset: Offset | undefined;
}

/**
 * Packs events into as few frames as the wire and the 32 KB unit of price and quota allow, in order. An event larger than
 * that gets a frame of its own.
 */
export function pack(wire: Wire, events: readonly Outgoing[], maxBytes: number = limits.frameBytes): Frame[] {
  const carriesOffsets = hasOffsets(wire);
  if (isUnbatched(wire)) {
    return events.map((event) => ({ text: onePacket(event, carriesOffsets), offset: event.offset }));
  }
  const { envelopeBytes, item, frame } = wire === 'json' ? jsonFrames : batchPackets;
  const frames: Frame[] = [];
  let items: string[] = [];
  let bytes = envelopeBytes;
  let offset: Offset | undefined;
  const close = () => {
    if (items.length > 0) frames.push({ text: frame(items, carriesOffsets ? offset : undefined), offset });
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

export const packFrames = (wire: Wire, events: readonly Outgoing[], maxBytes?: number): string[] =>
  pack(wire, events, maxBytes).map(({ text }) => text);

/** The same for many, whatever their wires. */
export const batchesFor = (
  recipients: readonly { connectionId: string; wire: Wire }[],
  framesOn: (wire: Wire) => string[],
): Batch[] =>
  wires.map((wire) => ({
    frames: framesOn(wire),
    connectionIds: recipients.filter((one) => one.wire === wire).map(({ connectionId }) => connectionId),
  }));

function onePacket({ event, data, offset }: Outgoing, carriesOffset: boolean): string {
  return offset === undefined || !carriesOffset
    ? encodePacket(event, data)
    : encodePacket(event, data, encodeOffset(offset));
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
  frame: (items: readonly string[], offset: Offset | undefined) =>
    `42["batch",[${items.join(',')}]${offset === undefined ? '' : `,${JSON.stringify(encodeOffset(offset))}`}]`,
};
