/** How long things may take, milliseconds. An object, so that tests need not wait as long. */
export const timing = {
  connectMs: 10_000,
  /** A request without an answer after this makes us doubt the connection. */
  answerMs: 10_000,
  /** And a ping without an answer ends it. */
  pongMs: 8_000,
  /** The longest wait before the first new attempt to connect; each further one doubles it. */
  backoffMs: 500,
  backoffMaxMs: 30_000,
  /** API Gateway closes a connection that was idle for 10 minutes. */
  idleMs: 480_000,
  /** A page that becomes visible doubts a connection that was silent for this long. */
  doubtMs: 15_000,
  /** What a server that has failed gets before the request comes again; doubles with each attempt. */
  retryMs: 300,
  typingLastsMs: 5_000,
  typingEveryMs: 3_000,
  typingStopsMs: 4_000,
  /** For the last word of a room that is left. */
  leaveMs: 2_000,
  /** A component that mounts again within this time finds its room as it was. */
  graceMs: 500,
};
