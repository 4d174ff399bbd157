import * as z from 'zod';
import { newId, newSecret, sessionIdOf } from '../ids.ts';
import { participantToken } from '../protocol/client-to-server.ts';
import { parse } from '../protocol/parse.ts';
import { type Connection, openSocket } from '../store/connections.ts';
import { putSession } from '../store/sessions.ts';
import type { Chat } from './chat.ts';
import { recover } from './recover.ts';

/** What a client may send with CONNECT: its own `auth`, and what the library adds to come back to a session. */
const authSchema = z.object({
  participantToken: participantToken.optional(),
  pid: z.string().max(64).optional().catch(undefined),
  offset: z.string().max(128).optional().catch(undefined),
});

export interface Connected {
  /** `pid` is the secret with which the client can come back. */
  answer: { sid: string; pid: string };
  /** What follows the answer. */
  afterwards?: (() => Promise<void>) | undefined;
}

/**
 * Opens the Socket.IO socket of a connection: the one the client had before if it can be recovered, else a new one
 * (https://socket.io/docs/v4/connection-state-recovery). Undefined: this connection has one already. Throws
 * `BAD_REQUEST` for an impossible `auth`.
 */
export async function connectSocket(
  chat: Chat,
  connection: Connection,
  auth: Record<string, unknown>,
): Promise<Connected | undefined> {
  const { participantToken = newSecret(), pid: shown, offset } = parse(authSchema, auth);
  if (connection.socket) return undefined;
  const recovered = shown === undefined ? undefined : await recover(chat, connection, { pid: shown, offset });
  if (shown !== undefined) chat.metrics.count(recovered ? 'Recoveries' : 'RecoveriesRefused', 1);
  if (shown !== undefined && recovered) {
    const { socket, afterwards } = recovered;
    return { answer: { sid: socket.sid, pid: shown }, afterwards };
  }
  const pid = newSecret();
  const socket = { sid: newId(), sessionId: sessionIdOf(pid) };
  const [isOpen] = await Promise.all([
    openSocket(chat.table, connection, { socket, participantToken }),
    putSession(chat.table, socket.sessionId, connection),
  ]);
  return isOpen ? { answer: { sid: socket.sid, pid } } : undefined;
}
