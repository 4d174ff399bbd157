import { getHistory } from '../../shared/chat/get-history.ts';
import { route } from './wire/json.ts';

export const handler = route('getHistory', getHistory);
