import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { route } from './frames.ts';

export const handler = route('leaveEvent', leaveEvent);
