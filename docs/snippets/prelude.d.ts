/**
 * The names that the snippets of the documentation use without declaring them. `test/unit/snippets.test.ts` checks the
 * types of each snippet together with this file.
 */
import type { io as connectIo, Socket } from 'socket.io-client';
import type {
  ChatError,
  ClientToServerEvents,
  Emits,
  Message,
  ServerToClientEvents,
} from '../../shared/protocol/socketio-types.ts';

declare global {
  const io: typeof connectIo;
  const socket: Emits & Socket<ServerToClientEvents, ClientToServerEvents>;

  const url: string;
  const eventId: string;
  const username: string;
  const text: string;
  /** A new one for each message: `crypto.randomUUID()`. */
  const clientMessageId: string;

  /** What the page does. */
  function show(message: Message): void;
  function showError(error: Pick<ChatError, 'code' | 'message'>): void;
  /** A token of the issuer that has not expired. */
  function freshToken(): Promise<string>;
}
