import type { Entry } from './chat-metrics.ts';

/** Nobody waits for them, so their failures are seen by nobody. */
export const UNATTENDED: readonly Entry[] = [
  'stream/deliver',
  'stream/publish',
  'delivery/post',
  'websocket/open',
  'schedule/sweep',
  'schedule/heartbeat',
];

/** An alarm adds up ten metrics at most; all functions share one account's concurrency, so what one lacks others lack too. */
export const THROTTLED_FIRST: readonly Entry[] = [
  'websocket/connect',
  'websocket/open',
  'websocket/disconnect',
  'websocket/join-event',
  'websocket/send-message',
  'websocket/default',
  'stream/deliver',
  'delivery/post',
  'schedule/sweep',
  'schedule/heartbeat',
];

/** All have the same time; those that run windows may use theirs up. */
export const ANSWERING: readonly Entry[] = [
  'websocket/connect',
  'websocket/open',
  'websocket/join-event',
  'websocket/watch-event',
  'websocket/send-message',
  'websocket/get-history',
  'websocket/moderate',
  'websocket/default',
  'http/events',
  'delivery/post',
];

/** Those that most requests come to. */
export const ROUTES: readonly Entry[] = [
  'websocket/connect',
  'websocket/join-event',
  'websocket/watch-event',
  'websocket/send-message',
  'websocket/get-history',
  'websocket/react',
  'websocket/moderate',
  'websocket/default',
];
