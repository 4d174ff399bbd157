import type { Context } from 'aws-lambda';
import { sweep } from '../../shared/chat/sweep.ts';
import { chat } from '../context/chat.ts';
import { untilShortlyBefore } from '../context/deadline.ts';
import { postElsewhere } from '../context/post-elsewhere.ts';

export async function handler(_event: unknown, context: Context): Promise<void> {
  await untilShortlyBefore(context, (deadline) => sweep({ ...chat, postElsewhere }, deadline));
}
