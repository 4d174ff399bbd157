import { useState } from 'preact/hooks';
import type { Chat, Event, Participant, Room, RoomStatus } from '../../client/index.ts';
import { linkTo } from './route.ts';
import { addressAsSomebodyElse } from './stores.ts';

export interface RoomButtonsProps {
  room: Room;
  chat: Chat;
  event?: Event | undefined;
  me?: Participant | undefined;
  status: RoomStatus;
  isOpen: boolean;
  onLeave: () => void;
}

/** What the page adds to a room: its link, its way out, and on the local stack ways to try it alone. */
export function RoomButtons({ room, chat, event, me, status, isOpen, onLeave }: RoomButtonsProps) {
  const [isCopied, setCopied] = useState(false);

  async function share() {
    const url = linkTo(room.eventId);
    try {
      if (navigator.share) await navigator.share({ title: event?.name ?? document.title, url });
      else await navigator.clipboard.writeText(url);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      // They have changed their mind, or the browser allows neither: the address bar has it.
    }
  }

  const hosts = event?.hosts ?? [];
  const canBecomeHost = isOpen && status === 'live' && me && !hosts.includes(me.id);
  const becomeHost = () =>
    me &&
    chat.events.update(room.eventId, {
      hosts: [...hosts, me.id].map((participantId) => ({ participantId })),
    });

  return (
    <>
      <button type="button" class="bare" onClick={share}>
        {isCopied ? 'Copied' : 'Copy link'}
      </button>
      {isOpen && (
        <button
          type="button"
          class="bare"
          title="In a new window"
          onClick={() => open(addressAsSomebodyElse(), '_blank', 'noopener,popup,width=480,height=760')}
        >
          Open as somebody else
        </button>
      )}
      {canBecomeHost && (
        <button type="button" class="bare" onClick={() => becomeHost()?.catch(() => {})}>
          Become host
        </button>
      )}
      <button type="button" class="bare" onClick={onLeave}>
        {status === 'kicked'
          ? 'Join again'
          : status === 'live' || status === 'reconnecting'
            ? 'Leave'
            : 'Close'}
      </button>
    </>
  );
}
