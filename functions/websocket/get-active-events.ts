import { getActiveEvents } from '../../shared/chat/get-active-events.ts';
import { route } from './frames.ts';

export const handler = route('getActiveEvents', getActiveEvents);
