import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Construct } from 'constructs';

/** The CDK context with the folder that `buildAssets` has filled. Without it that of the package is used, which has no sources. */
export const BUILT = 'live-event-chat:built';

const inPackage = fileURLToPath(new URL('../.build', import.meta.url));

const builtFor = (scope: Construct): string => scope.node.tryGetContext(BUILT) ?? inPackage;

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
export const bundleOf = (scope: Construct, entry: Entry): string => join(builtFor(scope), 'functions', entry);

/** What the HTTP API wants of operators: a token of the issuer, or IAM credentials. */
export type Credentials = 'token' | 'iam';

/** The folder with the files of the page. */
export const pageOf = (scope: Construct, credentials: Credentials): string =>
  join(builtFor(scope), 'page', credentials);
