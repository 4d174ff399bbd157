import { useEffect, useState } from 'preact/hooks';
import type { Chat, JoinOptions, Room } from '../../client/index.ts';

/**
 * Joins an event, or only watches it, and leaves it with the component; undefined until then, and for as long as there are no
 * `options`.
 */
export function useJoined(
  chat: Chat,
  eventId: string,
  options: JoinOptions | 'watch' | undefined,
): Room | undefined {
  const [room, setRoom] = useState<Room>();
  const wanted = JSON.stringify(options);
  useEffect(() => {
    if (!wanted) return;
    const how: JoinOptions | 'watch' = JSON.parse(wanted);
    const joined = how === 'watch' ? chat.watch(eventId) : chat.join(eventId, how);
    setRoom(joined);
    return () => {
      setRoom(undefined);
      joined.leave();
    };
  }, [chat, eventId, wanted]);
  return room;
}
