import type { Operation } from '../../../shared/chat/chat.ts';
import { requireIdentity } from '../../../shared/identity.ts';
import {
  type Action,
  type ActionData,
  clientToServer,
  clientToServerWithToken,
  moderationActions,
} from '../../../shared/protocol/client-to-server.ts';
import { ChatError } from '../../../shared/protocol/errors.ts';
import type { RequestId } from '../../../shared/protocol/json.ts';
import { parse } from '../../../shared/protocol/parse.ts';
import { attendanceOf } from '../../../shared/store/attendance.ts';
import type { Connection } from '../../../shared/store/connections.ts';
import { chat } from '../../context/chat.ts';
import { correlate, log } from '../../context/observe.ts';
import { requests } from '../../context/requests.ts';
import { bytesOf } from './answer.ts';

/** What they cost beyond a request, in requests: they read up to a frame from the table. */
const HEAVY: Partial<Record<Action, number>> = { getHistory: 2, getActiveEvents: 2 };

/** Whose allowance is a connection's and a participant's. */
const ENTRANCES: readonly Action[] = ['joinEvent', 'watchEvent'];

/** Of whom the table keeps how much they may (shared/chat/rate-limit.ts), if they are in an event. */
const HAVE_ALLOWANCE: readonly Action[] = ['sendMessage', 'typing', 'react', ...moderationActions];

/** What each of some actions does. */
export type Operations = { [A in Action]?: Operation<ActionData<A>> };

/**
 * Runs the operation of an action. Throws `UNAUTHORIZED`, `UNKNOWN_ACTION`, `BAD_REQUEST`, `RATE_LIMITED`, and what the operation throws.
 */
export async function dispatch(
  operations: Operations,
  connection: Connection,
  { action, data, id }: { action: string; data: unknown; id: RequestId | undefined },
) {
  requireIdentity(chat.settings, connection, action);
  if (!isAction(action)) throw new ChatError('UNKNOWN_ACTION');
  // One action's data and one action's operation: TypeScript cannot see that they belong together.
  const operation = operations[action] as Operation<unknown> | undefined;
  if (!operation) throw new ChatError('UNKNOWN_ACTION');
  const schema = (connection.identity && clientToServerWithToken[action]) ?? clientToServer[action];
  const input = parse<unknown>(schema, data);
  const { connectionId, membership } = connection;
  correlate({ eventId: attendanceOf(connection)?.eventId ?? eventIdIn(input) });
  log.debug('request', { action, wire: connection.wire });
  await requests.take(connectionId, HEAVY[action] ?? 0);
  if (ENTRANCES.includes(action) || (membership && HAVE_ALLOWANCE.includes(action)))
    requests.giveBack(connectionId);
  return operation(chat, connection, input, bytesOf(id));
}

/** Who joins is not in the event yet. */
const eventIdIn = (input: unknown): string | undefined => (input as { eventId?: string }).eventId;

const isAction = (name: string): name is Action => Object.hasOwn(clientToServer, name);
