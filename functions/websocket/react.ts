import { react } from '../../shared/chat/react.ts';
import { route } from './wire/json.ts';

export const handler = route('react', react);
