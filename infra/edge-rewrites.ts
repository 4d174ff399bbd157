import type { STAGE } from './constructs/websocket-api.ts';

// Only the type is imported, because `npm start` needs this before it loads the CDK, which takes seconds.
const stagePath: `/${typeof STAGE}` = '/prod';

/**
 * Paths that a CDN in front of the APIs would serve as another one; the local stack does it itself. `/socket.io/` is the
 * default path of Socket.IO clients.
 */
export const edgeRewrites: Readonly<Record<string, string>> = { '/socket.io/': stagePath };
