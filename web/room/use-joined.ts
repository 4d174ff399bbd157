import { useEffect, useState } from 'preact/hooks';
import type { Chat, JoinOptions, Room } from '../../client/index.ts';

/** Joins an event, and leaves it with the component; undefined until then, and for as long as there are no `options`. */
export function useJoined(chat: Chat, eventId: string, options: JoinOptions | undefined): Room | undefined {
  const [room, setRoom] = useState<Room>();
  useEffect(() => {
    if (!options) return;
    const joined = chat.join(eventId, options);
    setRoom(joined);
    return () => {
      setRoom(undefined);
      joined.leave();
    };
  }, [chat, eventId, options === undefined, options?.username]);
  return room;
}
