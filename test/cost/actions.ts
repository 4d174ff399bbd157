import type { Usage } from './usage.ts';

/**
 * What each action uses where windows are run by the stream's function, as in every audience above `directAudienceMax`; without those windows.
 * counted.test.ts counts the same on the local stack. Bytes are those of the answers.
 */
export const actions = {
  /** `$connect` and `joinEvent`, with its history. */
  joinOnJson: { framesIn: 1, framesOut: 2, bytesOut: 600, invocations: 2, readUnits: 16, writeUnits: 17 },
  /** `$connect`, `open`, CONNECT, and `joinEvent`. */
  joinOnSocketio: {
    framesIn: 2,
    framesOut: 4,
    bytesOut: 780,
    invocations: 4,
    readUnits: 17,
    writeUnits: 23,
  },
  send: { framesIn: 1, framesOut: 1, bytesOut: 20, invocations: 1, readUnits: 2, writeUnits: 3 },
  /** A `clientMessageId` is looked for, and makes it a transaction. */
  idOfSend: { framesIn: 0, framesOut: 0, bytesOut: 0, invocations: 0, readUnits: 1, writeUnits: 3 },
  react: { framesIn: 1, framesOut: 1, bytesOut: 32, invocations: 1, readUnits: 4, writeUnits: 5 },
  typing: { framesIn: 1, framesOut: 1, bytesOut: 32, invocations: 1, readUnits: 3, writeUnits: 2 },
  /** A connection on the JSON wire that closes. */
  leaveOnJson: { framesIn: 0, framesOut: 0, bytesOut: 0, invocations: 1, readUnits: 2, writeUnits: 13 },
  /** One that says so first. One that does not costs the sweep about as much. */
  leaveOnSocketio: { framesIn: 1, framesOut: 0, bytesOut: 0, invocations: 2, readUnits: 5, writeUnits: 17 },
  /** Head, cursor and presence history; taking and releasing the lease. Log, members and quota come on top. */
  window: { framesIn: 0, framesOut: 0, bytesOut: 0, invocations: 0, readUnits: 4, writeUnits: 2 },
  /** The outbox and the presence record. */
  presenceWindow: { framesIn: 0, framesOut: 0, bytesOut: 0, invocations: 0, readUnits: 3, writeUnits: 1 },
  /** Removing one change from the outbox and its index. */
  announced: { framesIn: 0, framesOut: 0, bytesOut: 0, invocations: 0, readUnits: 0, writeUnits: 2 },
  /** Sixteen shards; the signal on the head and that it was taken. */
  reactionsWindow: { framesIn: 0, framesOut: 0, bytesOut: 0, invocations: 0, readUnits: 16, writeUnits: 3 },
} satisfies Record<string, Usage>;

/** A member as DynamoDB counts its size: every window reads all of them. */
export const MEMBER_BYTES = 330;
/** A message in the log without its text. */
export const ENTRY_BYTES = 276;
