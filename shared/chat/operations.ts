import type { Action, ActionData } from '../protocol/client-to-server.ts';
import type { Replies } from '../protocol/replies.ts';
import type { Operation } from './chat.ts';
import { getActiveEvents } from './get-active-events.ts';
import { getHistory } from './get-history.ts';
import { joinEvent } from './join-event.ts';
import { leaveEvent } from './leave-event.ts';
import { moderation } from './moderation/operations.ts';
import { ping } from './ping.ts';
import { react } from './react.ts';
import { sendMessage } from './send-message.ts';
import { typing } from './typing.ts';
import { watchEvent } from './watch-event.ts';

/** What each action does. */
export const operations: { [A in Action]: Operation<ActionData<A>, Replies[A]> } = {
  joinEvent,
  watchEvent,
  sendMessage,
  typing,
  react,
  leaveEvent,
  getActiveEvents,
  getHistory,
  ping,
  ...moderation,
};
