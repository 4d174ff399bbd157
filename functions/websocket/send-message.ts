import { sendReviewed } from '../context/reviewer.ts';
import { route } from './wire/json.ts';

export const handler = route('sendMessage', sendReviewed);
