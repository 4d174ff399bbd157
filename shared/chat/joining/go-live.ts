import { deliverNow } from '../../delivery/deliver.ts';
import { getEventHead, signalPresence } from '../../store/event-head.ts';
import { goLive } from '../../store/members.ts';
import type { Chat } from '../chat.ts';

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
  // A window of what was rung for before we were live may have passed us by: one more is needed.
  const rung = (await getEventHead(chat.table, eventId))?.seq ?? 0;
  if (rung <= end) return;
  await signalPresence(chat.table, eventId);
  await deliverNow(chat, eventId);
}
