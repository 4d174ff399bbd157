/**
 * How a connection speaks, from its handshake to its end: JSON frames; Socket.IO, one packet a frame; Socket.IO with
 * several events in one packet, `batch` (docs/protocol.md, docs/socketio.md).
 */
export const wires = ['json', 'socketio', 'socketio-batch'] as const;
export type Wire = (typeof wires)[number];

export type Query = Readonly<Record<string, string | undefined>>;

/** Which wire a handshake asks for, by its query string. Undefined: it is to be refused. */
export function wireOf({ EIO, transport, sid, batch }: Query): Wire | undefined {
  if (EIO === undefined && transport === undefined) return 'json';
  // An Engine.IO `sid` belongs to an upgrade from polling, which there is none of.
  if (EIO !== '4' || transport !== 'websocket' || sid !== undefined) return undefined;
  return batch === '1' ? 'socketio-batch' : 'socketio';
}

export const isSocketIo = (wire: Wire): boolean => wire !== 'json';
