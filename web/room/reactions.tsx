import { useEffect, useRef, useState } from 'preact/hooks';
import type { Room, RoomSnapshot } from '../../client/index.ts';

/** Emoji that everybody may tap, with how often they were. */
export function Reactions({ room, snapshot }: { room: Room; snapshot: RoomSnapshot }) {
  const { event, reactions, me, mutedUntil, status } = snapshot;
  if (!event?.reactions?.length || event.status !== 'active') return null;
  const isDisabled = status !== 'live' || !me || mutedUntil !== undefined;
  return (
    <fieldset class="reactions" part="reactions" aria-label="Reactions" disabled={isDisabled}>
      {event.reactions.map((reaction) => (
        <Reaction
          key={reaction}
          reaction={reaction}
          count={reactions[reaction] ?? 0}
          onTap={() => room.react(reaction)}
        />
      ))}
    </fieldset>
  );
}

function Reaction({ reaction, count, onTap }: { reaction: string; count: number; onTap: () => void }) {
  const counted = useRef(count);
  const [rising, setRising] = useState(0);
  const rise = () => setRising((before) => before + 1);
  useEffect(() => {
    if (count > counted.current) rise();
    counted.current = count;
  }, [count]);
  return (
    <button
      type="button"
      class="bare"
      aria-label={reaction}
      title={count ? `${count.toLocaleString()} times` : 'React'}
      onClick={() => {
        rise();
        onTap();
      }}
    >
      {reaction}
      {count > 0 && <span class="count">{compact.format(count)}</span>}
      {rising > 0 && (
        <span key={rising} class="rising" aria-hidden="true">
          {reaction}
        </span>
      )}
    </button>
  );
}

const compact = new Intl.NumberFormat(undefined, { notation: 'compact' });
