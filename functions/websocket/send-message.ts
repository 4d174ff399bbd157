import { sendMessage } from '../../shared/chat/send-message.ts';
import { route } from './answer.ts';

export const handler = route('sendMessage', sendMessage);
