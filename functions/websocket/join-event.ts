import { joinEvent } from '../../shared/chat/join-event.ts';
import { route } from './wire/json.ts';

export const handler = route('joinEvent', joinEvent);
