import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `buildAssets` puts what templates refer to. The package brings it along, so that whoever uses it needs no sources. */
export const builtFolder = fileURLToPath(new URL('../.build', import.meta.url));

/** Every Lambda entry point, by its path in functions/. */
export const entries = [
  'websocket/connect',
  'websocket/open',
  'websocket/disconnect',
  'websocket/join-event',
  'websocket/watch-event',
  'websocket/leave-event',
  'websocket/send-message',
  'websocket/typing',
  'websocket/react',
  'websocket/get-active-events',
  'websocket/get-history',
  'websocket/moderate',
  'websocket/default',
  'http/events',
  'http/moderation',
  'stream/deliver',
  'stream/publish',
  'delivery/post',
  'schedule/heartbeat',
  'schedule/sweep',
] as const;

export type Entry = (typeof entries)[number];

/** The folder with the bundle of an entry point, `index.mjs`. */
export const bundleOf = (entry: Entry): string => join(builtFolder, 'functions', entry);

/** What the HTTP API wants of operators: a token of the issuer, or IAM credentials. */
export type Credentials = 'token' | 'iam';

/** The folder with the files of the page. */
export const pageOf = (credentials: Credentials): string => join(builtFolder, 'page', credentials);
