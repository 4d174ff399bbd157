/** What the package shows of the protocol (docs/protocol.md): schemas of frames, and the types of both wires. */
export { type Action, type ActionData, clientToServer } from './client-to-server.ts';
export {
  type AuditRecord,
  type Author,
  auditSchema,
  authorSchema,
  type Ban,
  banSchema,
  type Event,
  eventSchema,
  type Message,
  type Metadata,
  type Mute,
  messageSchema,
  muteSchema,
  type Participant,
  participantSchema,
  type Role,
  roleSchema,
} from './entities.ts';
export { type ErrorCode, type ErrorData, errorCodes } from './errors.ts';
export { limits } from './limits.ts';
export { defaultReactions } from './reactions.ts';
export { type Replies, replies } from './replies.ts';
export { errorSchema, type ServerEvent, type ServerToClient, serverToClient } from './server-to-client.ts';
/** For a typed `Socket<ServerToClientEvents, ClientToServerEvents>` of socket.io-client. */
export type { ClientToServerEvents, Emits, Reply, ServerToClientEvents } from './socketio-types.ts';
