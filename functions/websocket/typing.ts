import { typing } from '../../shared/chat/typing.ts';
import { route } from './wire/json.ts';

export const handler = route('typing', typing);
