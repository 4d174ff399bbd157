import { fault } from './chat-error.ts';
import type { Store } from './store.ts';
import type { RoomSnapshot } from './types.ts';

/** What `can.send` is, after a change that comes without it. */
export const maySend = ({ event, me, can, mutedUntil }: RoomSnapshot): boolean =>
  me !== undefined && (can.moderate || !(mutedUntil || event?.paused));

/** Notes that we may only read, for so many milliseconds; 0 ends it. */
export type Mute = (ms?: number, reason?: string) => void;

export function createMuting(store: Store<RoomSnapshot>): Mute {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return function mute(ms = 0, reason?: string) {
    clearTimeout(timer);
    if (ms) timer = setTimeout(() => mute(), ms);
    const mutedUntil = ms ? new Date(Date.now() + ms).toISOString() : undefined;
    const error = ms ? { ...fault('MUTED').details, reason } : undefined;
    const next = { ...store.state, mutedUntil, error };
    store.set({ ...next, can: { ...next.can, send: maySend(next) } });
  };
}
