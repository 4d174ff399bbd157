import { PING_TIMEOUT_MS } from '../protocol/socketio.ts';
import type { ChatSettings } from '../settings.ts';
import { SLOTS } from '../store/keys.ts';

const MINUTE_MS = 60_000;

/**
 * Every how many minutes a connection is pinged: as seldom as keeps it from being idle for 10 of them, but often enough for a
 * client behind a dead link to notice while it can recover its session.
 */
export const minutesBetweenPings = ({ recoverySeconds }: Pick<ChatSettings, 'recoverySeconds'>): number => {
  if (recoverySeconds === 0) return SLOTS;
  const inTime = Math.floor((1_000 * recoverySeconds - PING_TIMEOUT_MS) / MINUTE_MS);
  return Math.min(Math.max(inTime, 1), SLOTS);
};

/** The slots whose turn it is, once a minute. */
export function slotsAt(now: number, minutesBetween: number): number[] {
  const turn = Math.floor(now / MINUTE_MS) % minutesBetween;
  return Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => slot % minutesBetween === turn);
}
