import { getActiveEvents } from '../../shared/chat/get-active-events.ts';
import { route } from './wire/json.ts';

export const handler = route('getActiveEvents', getActiveEvents);
