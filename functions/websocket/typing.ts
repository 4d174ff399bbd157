import { typing } from '../../shared/chat/typing.ts';
import { route } from './frames.ts';

export const handler = route('typing', typing);
