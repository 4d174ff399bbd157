import { typing } from '../../shared/chat/typing.ts';
import { route } from './answer.ts';

export const handler = route('typing', typing);
