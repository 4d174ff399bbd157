import * as z from 'zod';
import type { Identify } from '../auth/authenticate.ts';
import { newId, newSecret, sessionIdOf } from '../ids.ts';
import { participantToken } from '../protocol/client-to-server.ts';
import { optional } from '../protocol/optional.ts';
import { parse } from '../protocol/parse.ts';
import { hasOffsets } from '../protocol/wire.ts';
import { type Connection, openSocket } from '../store/connections.ts';
import { putSession } from '../store/sessions.ts';
import type { Chat } from './chat.ts';
import { recover } from './recovery/recover.ts';

/** What a client may send with CONNECT: its own `auth`, and what the library adds to come back to a session. */
const authSchema = z.object({
  token: optional(z.string()).catch(undefined),
  participantToken: optional(participantToken),
  pid: optional(z.string().max(64)).catch(undefined),
  offset: optional(z.string().max(128)).catch(undefined),
  // Whoever cannot join or watch is connected all the same, and told.
  join: z.unknown().optional(),
  watch: z.unknown().optional(),
});

export interface Connected {
  /** `pid` is the secret with which the client can come back; without it, it does not try. */
  answer: { sid: string; pid?: string };
  /** What is to be done before the answer: a client sends what it has kept as soon as it has that. */
  first?: { action: 'joinEvent' | 'watchEvent'; data: unknown } | undefined;
  /** What follows the answer. */
  afterwards?: (() => Promise<void>) | undefined;
}

/**
 * Opens the Socket.IO socket of a connection: the one the client had before if it can be recovered, else a new one
 * (https://socket.io/docs/v4/connection-state-recovery). Undefined: this connection has one already. Where there is an
 * issuer, `identify` says who it is by its `auth.token`. Throws `UNAUTHORIZED`, and `BAD_REQUEST` for an impossible
 * `auth`.
 */
export async function connectSocket(
  chat: Chat,
  known: Connection,
  auth: Record<string, unknown>,
  identify?: Identify,
): Promise<Connected | undefined> {
  const schema = identify ? authSchema.omit({ participantToken: true }) : authSchema;
  const {
    token,
    pid: shown,
    offset,
    join,
    watch,
    ...guest
  } = parse<z.output<typeof authSchema>>(schema, auth);
  if (known.socket) return undefined;
  const identity = await identify?.(token);
  const connection: Connection = identity ? { ...known, identity } : known;
  const { participantToken = newSecret() } = guest;
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
  if (!isOpen) return undefined;
  const answer = hasOffsets(connection.wire) ? { sid: socket.sid, pid } : { sid: socket.sid };
  // Who asks for both takes part.
  if (join != null) return { answer, first: { action: 'joinEvent', data: join } };
  return { answer, first: watch == null ? undefined : { action: 'watchEvent', data: watch } };
}
