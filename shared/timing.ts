/**
 * How long things may take that have to fit into each other, milliseconds; test/unit/timing.test.ts holds the inequalities.
 */
export const timing = {
  /** A function that answers a client, and one that runs windows or schedules, may run this long. */
  requestTimeoutMs: 15_000,
  windowTimeoutMs: 300_000,
  /** What a function that works until its deadline keeps back for a clean end. */
  deadlineReserveMs: 5_000,
  /** A dead holder of the lease delays its event by this much. A living one renews it, well before it ends. */
  leaseMs: 5_000,
  /** Often: those who post for the holder elsewhere go by what was left of the lease when they began. */
  leaseRenewalMs: 1_000,
  /** How long a sender runs windows: it serves others too meanwhile, but not for long, as their writes wake the stream as well. */
  directMs: 4_000,
  /** The longest that a send may be set to wait for its review, before all of that. */
  reviewMaxMs: 5_000,
  /** Between two looks at a lease that another holds. */
  busyWaitMs: 100,
  /** Windows that have nothing else to tell tell reactions so often at most. */
  reactionsMs: 1_000,
  /** How long an invocation waits until those who watch may be served; then the next one does. */
  viewersWaitMs: 1_000,
  /** What waits for longer when the sweep comes, the stream's function has missed: it is woken within a second, and a retry takes little more. */
  missedMs: 30_000,
  /** A number that nothing stands on is closed after this; its writer, if alive, takes another. */
  holeMs: 1_000,
  holeWaitMs: 50,
  /** Whatever was under way when an event was deleted has ended after this: nothing can be written to it any more. */
  lateWriterMs: 360_000,
  /** A member that is held for longer has a dead joiner: it would wait in vain. */
  heldTooLongMs: 20_000,
  /**
   * How much longer than `recoverySeconds` the presence history is kept: for members that were held, and since a connection
   * may be lost for as long as 8 minutes before the heartbeat notices.
   */
  presenceHistoryMs: 900_000,
  /** Posts to a connection may fail this long while nobody else is served either. */
  failingTooLongMs: 60_000,
} as const;
