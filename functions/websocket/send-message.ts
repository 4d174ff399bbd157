import { sendMessage } from '../../shared/chat/send-message.ts';
import { route } from './wire/json.ts';

export const handler = route('sendMessage', sendMessage);
