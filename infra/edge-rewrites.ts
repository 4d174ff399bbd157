import type { STAGE } from './constructs/websocket-api.ts';

// Only its type is imported: `npm start` needs this before it takes the seconds that loading the CDK costs.
const stagePath: `/${typeof STAGE}` = '/prod';

/**
 * Paths that the edge serves as another one, for stacks that run without it. Socket.IO clients ask for `/socket.io/`
 * unless told otherwise.
 */
export const edgeRewrites: Readonly<Record<string, string>> = { '/socket.io/': stagePath };
