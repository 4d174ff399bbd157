import { getHistory } from '../../shared/chat/get-history.ts';
import { route } from './frames.ts';

export const handler = route('getHistory', getHistory);
