import type { Chat } from '../../shared/chat/chat.ts';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import { openTable } from '../../shared/store/table.ts';
import { environment } from './environment.ts';
import { log, metrics } from './observe.ts';
import { poster } from './poster.ts';

/** What operations work with. */
export const chat: Chat = {
  table: openTable(environment.tableName),
  poster,
  settings: environment.settings,
  log,
  metrics,
  send: ({ connectionId, wire }, ...events) => poster.post(connectionId, packFrames(wire, events)),
};
