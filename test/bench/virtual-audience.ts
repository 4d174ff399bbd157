import type { ListedMember } from '../../shared/store/members.ts';

/** An audience that nobody had to write: half on each of the wires with few frames. */
export function audienceOf(viewers: number, name = 'connection'): ListedMember[] {
  const joinedAt = new Date().toISOString();
  const expiresAt = Date.now() + 7_200_000;
  return Array.from({ length: viewers }, (_, i) => ({
    connectionId: `${name}-${i}`,
    wire: i % 2 === 0 ? 'json' : 'socketio-batch',
    participant: { id: `participant-${i}`, username: `viewer ${i}`, joinedAt },
    ...{ namedAt: 0, heldSince: 0, after: { seq: 0, presence: 0 }, state: 'live', expiresAt },
  }));
}
