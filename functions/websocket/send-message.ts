import { sendMessage } from '../../shared/chat/send-message.ts';
import { route } from './frames.ts';

export const handler = route('sendMessage', sendMessage);
