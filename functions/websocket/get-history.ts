import { getHistory } from '../../shared/chat/get-history.ts';
import { route } from './answer.ts';

export const handler = route('getHistory', getHistory);
