import { joinEvent } from '../../shared/chat/join-event.ts';
import { route } from './frames.ts';

export const handler = route('joinEvent', joinEvent);
