import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { route } from './answer.ts';

export const handler = route('leaveEvent', leaveEvent);
