import type { Room, RoomSnapshot } from '../../client/index.ts';
import { LinkedText } from './linked-text.tsx';

/** The message that a host has put above all others. */
export function Pinned({ room, snapshot: { event, can } }: { room: Room; snapshot: RoomSnapshot }) {
  if (!event?.pinned) return null;
  const { participant, text } = event.pinned;
  return (
    <section class="pinned" part="pinned" aria-label="Pinned">
      <span aria-hidden="true">📌</span>
      {/* It may be long: then it scrolls. */}
      <p dir="auto" tabIndex={0}>
        <b>{participant.username}</b> <LinkedText text={text} />
      </p>
      {can.moderate && event.status === 'active' && (
        <button type="button" class="bare" onClick={() => room.moderate.unpin().catch(() => {})}>
          Unpin
        </button>
      )}
    </section>
  );
}
