import { useEffect, useState } from 'preact/hooks';
import type { RoomSnapshot, RoomStatus } from '../../client/index.ts';

const words: Record<RoomStatus, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  ended: 'Ended',
  kicked: 'Removed',
  banned: 'Banned',
  left: 'Left',
  refused: 'Refused',
};

/** Whether the page hears the event at this moment. */
export function ConnectionState({ status }: Pick<RoomSnapshot, 'status'>) {
  const [isOnline, setOnline] = useState(() => navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  const isWaiting = status === 'connecting' || status === 'reconnecting';
  return (
    <div class="state" role="status" data-status={status}>
      {isWaiting && !isOnline ? 'Offline: what you write is sent when you are back' : words[status]}
    </div>
  );
}
