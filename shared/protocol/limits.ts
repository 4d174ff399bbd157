/** Fixed limits of the protocol. Lengths are JavaScript string lengths, sizes are bytes. */
export const limits = {
  usernameLength: 32,
  textLength: 2_000,
  eventNameLength: 100,
  descriptionLength: 1_000,
  clientMessageIdLength: 64,
  requestIdLength: 64,
  /** Newest messages in `eventHistory`, and the default page. */
  historyLength: 50,
  pageLength: 100,
  participantsInHistory: 100,
  namesInSummary: 20,
  hosts: 20,
  reactions: 12,
  /** Of one event, over time: the count of each is kept. */
  reactionsEver: 100,
  /** Of one request. */
  reactionCount: 10,
  countedReactions: 1_000_000,
  reasonLength: 200,
  metadataKeys: 10,
  metadataKeyLength: 32,
  metadataValueLength: 200,
  /** As JSON. */
  metadataBytes: 512,
  /** What a reply says of the message that it answers. */
  quoteLength: 100,
  slowModeSeconds: 120,
  muteSeconds: { min: 10, max: 86_400 },
  blockedWords: 500,
  blockedWordLength: 50,
  /** For how long nobody may send the same again, where that is a rule. */
  repeatSeconds: 30,
  /** One WebSocket frame, in both directions, and API Gateway's metering unit. */
  frameBytes: 32 * 1024,
  /** A page of the HTTP API. */
  pageBytes: 128 * 1024,
  /** A page of an export. Lambda answers with at most 6 MB, of base64 and what surrounds it. */
  exportBytes: 2 * 1024 * 1024,
  /** How many events a Socket.IO client may have missed and still recover, for each wire: more could not be posted in time. */
  replayedEvents: {
    json: 0,
    socketio: 500,
    'socketio-batch': 5_000,
    'socketio-no-offsets': 0,
    'socketio-batch-no-offsets': 0,
  },
  /** Of those, how many a participant may have once more, that recoveries have brought before. */
  repeatedEvents: { perSecond: 20, burst: 2_000 },
  /** How many requests that write a caller of the HTTP API may make, also in vain; more where `publishPerSecond` is. */
  writes: { perSecond: 50, burst: 500 },
  /** How long `userTyping` with `isTyping: true` is valid, milliseconds. */
  typingMs: 5_000,
  /** How long a repeated `clientMessageId` finds the first message. */
  idempotencySeconds: 600,
} as const;
