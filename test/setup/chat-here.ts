import { runChatHere } from '../support/run-chat.ts';
import { chatStack } from './chat-stack.ts';

/** The same with functions in this process. */
export default chatStack(runChatHere);
