import type { Socket } from 'socket.io-client';
import { expectTypeOf, test } from 'vitest';
import type { clientToServer } from '../../shared/protocol/client-to-server.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import type { ServerEvent, ServerToClient } from '../../shared/protocol/server-to-client.ts';
import type {
  ChatError,
  ClientToServerEvents,
  Reply,
  ServerToClientEvents,
} from '../../shared/protocol/socketio-types.ts';

/** The types for front ends stand alone; tsc holds them to the protocol. */
type Data<Name extends keyof ServerToClientEvents> = Parameters<ServerToClientEvents[Name]>[0];
type Sent<Name extends keyof ClientToServerEvents> = Parameters<ClientToServerEvents[Name]>[0];
type Got<Name extends keyof ClientToServerEvents> = Parameters<
  NonNullable<Parameters<ClientToServerEvents[Name]>[1]>
>[0];
type Action = keyof ClientToServerEvents;

test('what the server sends is what front ends expect', () => {
  expectTypeOf<{ [N in keyof ServerToClient]: ServerToClient[N] }>().toExtend<{
    [N in keyof ServerToClient]: Data<N>;
  }>();
  expectTypeOf<keyof ServerToClientEvents>().toEqualTypeOf<keyof ServerToClient | 'batch'>();
  expectTypeOf<[ServerEvent['event'], ServerEvent['data']]>().toExtend<[Data<'batch'>[number][0], unknown]>();
  expectTypeOf<ErrorData>().toExtend<ChatError>();
  expectTypeOf<ChatError['code']>().toEqualTypeOf<ErrorData['code']>();
});

test('what front ends send is what the server takes', () => {
  expectTypeOf<Action | 'ping'>().toEqualTypeOf<keyof typeof clientToServer>();
  type Taken<A extends Action> = (typeof clientToServer)[A]['_zod']['input'];
  type Others = Exclude<Action, 'joinEvent'>;
  expectTypeOf<{ [A in Others]: Sent<A> }>().toExtend<{ [A in Others]: Taken<A> }>();
  // Without a token, a username is needed.
  expectTypeOf<Sent<'joinEvent'> & { username: string }>().toExtend<Taken<'joinEvent'>>();
});

test('acknowledgements are what operations answer', () => {
  expectTypeOf<{ [A in Action]: { ok: true } & Replies[A] }>().toExtend<{ [A in Action]: Got<A> }>();
});

test('the typed client knows events, data and acknowledgements', () => {
  type Chat = Socket<ServerToClientEvents, ClientToServerEvents>;
  const say = (socket: Chat) => socket.emitWithAck('sendMessage', { text: 'hi' });
  expectTypeOf(say).returns.resolves.toEqualTypeOf<Reply<Replies['sendMessage']>>();
  const quietly = (socket: Chat) => socket.emit('typing', { isTyping: true });
  expectTypeOf(quietly).returns.toEqualTypeOf<Chat>();
});
