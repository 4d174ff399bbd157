import type { Chat } from '../../shared/chat/chat.ts';
import { packFrames } from '../../shared/delivery/content/frames.ts';
import { log, metrics } from './observe.ts';
import { poster } from './poster.ts';
import { settings } from './settings.ts';
import { table } from './table.ts';

/** What operations work with. */
export const chat: Chat = {
  table,
  poster,
  settings,
  log,
  metrics,
  send: ({ connectionId, wire }, ...events) => poster.post(connectionId, packFrames(wire, events)),
};
