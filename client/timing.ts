/** How long things may take, milliseconds. */

export const CONNECT_MS = 10_000;
/** A request without an answer after this makes us doubt the connection. */
export const ANSWER_MS = 10_000;
/** And a ping without an answer ends it. */
export const PONG_MS = 8_000;
/** The longest wait before the first new attempt to connect; each further one doubles it. */
export const BACKOFF_MS = 500;
export const BACKOFF_MAX_MS = 30_000;
/** A silent network looks like a silent event for so long. API Gateway closes a connection that was idle for 10 minutes. */
export const IDLE_MS = 120_000;
/** A page that is seen or online again doubts a connection that was silent for this long. */
export const DOUBT_MS = 15_000;
/** What a server that has failed gets before the request comes again, or half of it; doubles with each attempt, to 30 s. */
export const RETRY_MS = 300;
export const TYPING_LASTS_MS = 5_000;
export const TYPING_EVERY_MS = 3_000;
export const TYPING_STOPS_MS = 4_000;
/** Taps on a reaction are collected for so long. */
export const REACTING_MS = 1_000;
/** A message waits for the end of a mute that is closer than this. */
export const MUTED_MS = 2_000;
/** For the last word of a room that is left. */
export const LEAVE_MS = 2_000;
/** A component that mounts again within this time finds its room as it was. */
export const GRACE_MS = 500;

/** Tokens that a function has got, refused in a row: then no other will do. */
export const MOST_REFUSALS = 5;
