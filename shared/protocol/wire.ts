/**
 * How a connection speaks, from its handshake to its end: JSON frames; Socket.IO, one packet a frame; Socket.IO with
 * several events in one packet, `batch`; the same without offsets, for clients whose handlers take one argument, and without
 * recovery (docs/protocol.md, docs/socketio.md).
 */
export const wires = [
  'json',
  'socketio',
  'socketio-batch',
  'socketio-no-offsets',
  'socketio-batch-no-offsets',
] as const;
export type Wire = (typeof wires)[number];

export type Query = Readonly<Record<string, string | undefined>>;

/** Which wire a handshake asks for, by its query string. Undefined: it is to be refused. */
export function wireOf({ EIO, transport, sid, batch, recovery }: Query): Wire | undefined {
  if (EIO === undefined && transport === undefined) return 'json';
  // An Engine.IO `sid` belongs to an upgrade from polling, which there is none of.
  if (EIO !== '4' || transport !== 'websocket' || sid !== undefined) return undefined;
  const wire = batch === '1' ? 'socketio-batch' : 'socketio';
  return recovery === '0' ? `${wire}-no-offsets` : wire;
}

export const isSocketIo = (wire: Wire): boolean => wire !== 'json';

/** Whether every event is a frame of its own. */
export const isUnbatched = (wire: Wire): boolean => isSocketIo(wire) && !wire.startsWith('socketio-batch');

/** Whether events carry an offset, from which a client can recover. */
export const hasOffsets = (wire: Wire): boolean => isSocketIo(wire) && !wire.endsWith('-no-offsets');
