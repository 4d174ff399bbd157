import { moderation } from '../../shared/chat/moderation/operations.ts';
import { getConnection } from '../../shared/store/connections.ts';
import { chat } from '../context/chat.ts';
import { handleMessages } from './wire/handler.ts';
import { answerFrame } from './wire/json.ts';

/** The routes of moderators: every act of `moderation`. */
export const handler = handleMessages((frame) =>
  answerFrame(frame, getConnection(chat.table, frame.connectionId), moderation),
);
