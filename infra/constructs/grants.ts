import { AUDIT, CONNECTION, EVENT, RATE } from '../../shared/store/keys.ts';

/** The permissions that parts of the chat need, so that each function gets only those that it uses. */

/** The partitions of a function that touches no others, with `*` for anything. */
export const connectionsOnly = [`${CONNECTION}*`] as const;
/** Reading for a connection: itself, what it may ask for, and how often it has asked. */
export const readsForConnection = [...connectionsOnly, `${EVENT}*`, `${RATE}*`] as const;
/** Events with everything that is in them, and who was refused one. */
export const eventsOnly = [`${EVENT}*`, AUDIT] as const;
/** The same, and how often each caller has asked. */
export const eventsAndRates = [...eventsOnly, `${RATE}*`] as const;

/** Running windows: reading the log and the audience, moving the cursor, emptying the outbox, removing members that are gone. */
export const runsWindows = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
] as const;

/** Joining and recovering: running windows, and checking for a ban. */
export const joins = [...runsWindows, 'ConditionCheckItem'] as const;

/** Posting to an audience without a window, and marking members as lost. */
export const tellsAudience = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** Posting, finding out whether a client has stopped reading, and disconnecting it. */
export const posts = ['POST', 'GET', 'DELETE'] as const;
