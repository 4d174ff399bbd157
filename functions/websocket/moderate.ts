import { moderation } from '../../shared/chat/moderation/operations.ts';
import { getConnection } from '../../shared/store/connections.ts';
import { chat } from '../context/chat.ts';
import { answerFrame } from './frames.ts';
import { handleMessages } from './handler.ts';

/** The routes of moderators: `deleteMessage`, `kick`, `ban`, `unban`, `updateEvent`. */
export const handler = handleMessages((frame) =>
  answerFrame(frame, getConnection(chat.table, frame.connectionId), moderation),
);
