import type { Socket } from 'socket.io-client';
import { expectTypeOf, test } from 'vitest';
import type { clientToServer } from '../../shared/protocol/client-to-server.ts';
import type { ErrorData } from '../../shared/protocol/errors.ts';
import type { Replies } from '../../shared/protocol/replies.ts';
import type { ServerEvent, ServerToClient } from '../../shared/protocol/server-to-client.ts';
import type {
  ChatError,
  ClientToServerEvents,
  Emits,
  Reply,
  ServerToClientEvents,
} from '../../shared/protocol/socketio-types.ts';

/** The types for front ends stand alone; tsc holds them to the protocol. */
type Data<Name extends keyof ServerToClientEvents> = Parameters<ServerToClientEvents[Name]>[0];
type Sent<Name extends keyof ClientToServerEvents> = Parameters<ClientToServerEvents[Name]>[0];
type Got<Name extends keyof ClientToServerEvents> = Parameters<Parameters<ClientToServerEvents[Name]>[1]>[0];
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

type Plain = Socket<ServerToClientEvents, ClientToServerEvents>;
type Chat = Emits & Plain;

test('every action can be emitted with a callback and without one', () => {
  const quietly = <A extends Action>(socket: Chat, action: A, data: Sent<A>) => socket.emit(action, data);
  expectTypeOf(quietly).returns.toExtend<Plain>();
  const aloud = (socket: Chat) =>
    socket.emit('sendMessage', { text: 'hi' }, (reply) => {
      expectTypeOf(reply).toEqualTypeOf<Reply<Replies['sendMessage']>>();
    });
  expectTypeOf(aloud).returns.toExtend<Plain>();
  // @ts-expect-error -- a text is needed.
  const wrongly = (socket: Chat) => socket.emit('sendMessage', { words: 'hi' });
  expectTypeOf(wrongly).toBeFunction();
});

test('acknowledgements to wait for have their type, also with a timeout, and of every action', () => {
  const ask = <A extends Action>(socket: Chat, action: A, data: Sent<A>) => socket.emitWithAck(action, data);
  type Asked = { [A in Action]: Awaited<ReturnType<typeof ask<A>>> };
  expectTypeOf<Asked>().toEqualTypeOf<{ [A in Action]: Got<A> }>();
  const soon = (socket: Chat) => socket.timeout(5_000).emitWithAck('typing', { isTyping: true });
  expectTypeOf(soon).returns.resolves.toEqualTypeOf<Reply>();
  const plainly = (socket: Plain) => socket.emitWithAck('typing', { isTyping: true });
  expectTypeOf(plainly).returns.resolves.toEqualTypeOf<Reply>();
});

test('a reply has its data or an error, and a change of presence one person or several', () => {
  const textOf = (reply: Reply<Replies['sendMessage']>) =>
    reply.ok ? reply.message.text : reply.error.message;
  expectTypeOf(textOf).returns.toBeString();
  const namesIn = ({ participant, participants }: Data<'userJoined'>) =>
    participant ? [participant.username] : participants.map(({ username }) => username);
  const namesOnJson = ({ participant, participants }: ServerToClient['userLeft']) =>
    participant ? [participant.username] : participants.map(({ username }) => username);
  const seqsIn = (deletion: Data<'messageDeleted'>) =>
    deletion.messages ? deletion.messages.map(({ seq }) => seq) : [deletion.seq];
  expectTypeOf([namesIn, namesOnJson]).items.returns.toEqualTypeOf<string[]>();
  expectTypeOf(seqsIn).returns.toEqualTypeOf<number[]>();
});
