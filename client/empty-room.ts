import type { RoomSnapshot } from './types.ts';

/** What a room shows before anything has come. */
export const emptyRoom: RoomSnapshot = {
  status: 'connecting',
  can: { send: false, moderate: false, operate: false },
  messages: [],
  participants: [],
  participantCount: 0,
  viewerCount: 0,
  reactions: {},
  typing: [],
  hasOlder: false,
};
