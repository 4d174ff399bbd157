import type { Connection, Membership } from './connections.ts';
import { type Key, memberKey } from './keys.ts';

/** That a connection watches an event, as nobody in it. */
export interface Watching {
  eventId: string;
  /** Milliseconds since the epoch. */
  since: number;
  /** Who it is, if that is known: for bans. */
  participantId?: string;
}

/** How a connection is in an event: it takes part, or it watches. */
export type Attendance = Membership | Watching;

export const isWatching = (attendance: Attendance): attendance is Watching => !('participant' in attendance);

/** The event that a connection is in, either way. */
export const attendanceOf = ({
  membership,
  watching,
}: Pick<Connection, 'membership' | 'watching'>): Attendance | undefined => membership ?? watching;

/** The attribute of the connection's item that has it. */
export const attributeOf = (attendance: Attendance): 'membership' | 'watching' =>
  isWatching(attendance) ? 'watching' : 'membership';

/** Who it is, if that is known. */
export const idIn = (attendance: Attendance): string | undefined =>
  isWatching(attendance) ? attendance.participantId : attendance.participant.id;

/** Its item in the audience. */
export const attendantKey = (attendance: Attendance, connectionId: string): Key =>
  memberKey(attendance.eventId, connectionId, isWatching(attendance));
