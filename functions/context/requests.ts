import { RequestLimit } from '../../shared/chat/request-limit.ts';
import { chat } from './chat.ts';

/** What the connections have asked of this execution environment. */
export const requests = new RequestLimit(chat.table, chat.settings);
