/** Which item actions the parts of the chat need, so that functions ask for what they do. */

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

/** Joining, or coming back: windows, and not while being banned. */
export const joins = [...runsWindows, 'ConditionCheckItem'] as const;

/** Telling an audience something at once, and taking away members that are gone. */
export const tellsAudience = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** Posting; finding out whether a client does not read, and disconnecting it. */
export const posts = ['POST', 'GET', 'DELETE'] as const;
