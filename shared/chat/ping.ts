import type { Reply } from './chat.ts';

/** Keeps an idle connection open. */
export async function ping(): Promise<Reply> {
  return { data: {} };
}
