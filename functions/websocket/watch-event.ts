import { watchEvent } from '../../shared/chat/watch-event.ts';
import { route } from './wire/json.ts';

export const handler = route('watchEvent', watchEvent);
