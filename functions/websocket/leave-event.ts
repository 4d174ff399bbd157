import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { route } from './wire/json.ts';

export const handler = route('leaveEvent', leaveEvent);
