import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { ChatError } from './chat-error.ts';
import { emptyRoom } from './empty-room.ts';
import { GRACE_MS } from './timing.ts';
import type { Chat, JoinOptions, Room, RoomSnapshot } from './types.ts';

const ChatContext = createContext<Chat | undefined>(undefined);

/** Makes a chat known to `useRoom`. Create it once, outside of components. */
export const ChatProvider = ({ chat, children }: { chat: Chat; children?: ReactNode }) =>
  createElement(ChatContext.Provider, { value: chat }, children);

/** How many components use a room, and when it is left because none does. */
const holders = new WeakMap<Room, { count: number; timer?: ReturnType<typeof setTimeout> }>();

/** Keeps the room until the returned function is called; then somebody else has a moment to take it over. */
function hold(room: Room): () => void {
  const held = holders.get(room) ?? { count: 0 };
  holders.set(room, held);
  held.count += 1;
  clearTimeout(held.timer);
  return () => {
    held.count -= 1;
    if (held.count === 0) held.timer = setTimeout(() => void room.leave(), GRACE_MS);
  };
}

const notJoined = () => Promise.reject(new ChatError({ code: 'NOT_JOINED' }));
type Acts = Pick<Room, 'send' | 'retry' | 'discard' | 'loadOlder' | 'type' | 'react' | 'leave'>;
const before: RoomSnapshot & Acts = {
  ...emptyRoom,
  send: notJoined,
  retry: notJoined,
  discard: () => {},
  loadOlder: notJoined,
  type: () => {},
  react: () => {},
  leave: () => Promise.resolve(),
};

/** What a room shows, and what can be done in it; `room` once it was joined. */
export type RoomInReact = typeof before & { room?: Room };

const nothing = () => () => {};

/**
 * Joins an event while a component is mounted. Several components may use the same; the last one that unmounts leaves,
 * unless one mounts again at once. Another `username` renames. With `watch`, it only watches.
 */
export function useRoom(
  eventId: string,
  { username, metadata, watch = false }: JoinOptions & { watch?: boolean } = {},
): RoomInReact {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('useRoom needs a ChatProvider around it.');
  const [joined, setJoined] = useState<Room>();
  // Each render may bring another object with the same in it.
  const options = JSON.stringify({ username, metadata });
  useEffect(() => {
    const room = watch ? chat.watch(eventId) : chat.join(eventId, JSON.parse(options));
    setJoined(room);
    return hold(room);
  }, [chat, eventId, watch, options]);
  // Until the effect has run it is the room of before.
  const room = joined?.eventId === eventId ? joined : undefined;
  const snapshot = useSyncExternalStore(
    room?.subscribe ?? nothing,
    () => room?.snapshot ?? before,
    () => before,
  );
  return useMemo(() => {
    if (!room) return before;
    const { send, retry, discard, loadOlder, type, react, leave } = room;
    return { ...snapshot, send, retry, discard, loadOlder, type, react, leave, room };
  }, [room, snapshot]);
}
