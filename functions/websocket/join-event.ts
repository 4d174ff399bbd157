import { joinEvent } from '../../shared/chat/join-event.ts';
import { route } from './answer.ts';

export const handler = route('joinEvent', joinEvent);
