import { sweep } from '../../shared/chat/sweep.ts';
import { chat } from '../context/chat.ts';
import { untilShortlyBefore } from '../context/deadline.ts';
import { observed } from '../context/observe.ts';
import { postElsewhere } from '../context/post-elsewhere.ts';

export const handler = observed(
  () => ({}),
  (_event: unknown, context) =>
    untilShortlyBefore(context, (deadline) => sweep({ ...chat, postElsewhere }, deadline)),
);
