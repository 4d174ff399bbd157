import { deliverNow } from '../delivery/deliver.ts';
import { ringForPresence } from '../store/bell.ts';
import { getCursor } from '../store/cursor.ts';
import { goLive } from '../store/members.ts';
import type { Chat } from './chat.ts';

export interface Held {
  eventId: string;
  connectionId: string;
  /** The join, or the recovery, that holds it. */
  joinId: string;
  /** The seq up to which it has had the log; read once it was held. */
  end: number;
}

/** Lets windows serve a held member. `tellMissed` tells it what they told others meanwhile of who came and left. */
export async function becomeLive(
  chat: Chat,
  { eventId, connectionId, joinId, end }: Held,
  tellMissed: () => Promise<unknown>,
): Promise<void> {
  if (!(await goLive(chat.table, { eventId, connectionId, joinId, after: end }))) return;
  await tellMissed();
  // A window that claimed more before it could see us live has passed us by: one more is needed.
  const claimed = (await getCursor(chat.table, eventId))?.claimed ?? 0;
  if (claimed <= end) return;
  await ringForPresence(chat.table, eventId);
  await deliverNow(chat, eventId);
}
