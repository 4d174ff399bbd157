import { createRequire } from 'node:module';
import { io as newest } from 'socket.io-client';
import { describe, expect, inject, test } from 'vitest';
import { createEvent, enter } from '../support/chat.ts';
import type { Options } from '../support/socket-client.ts';
import { connectSocket, enterSocket, socketClient } from '../support/sockets.ts';

/** Old versions whose types TypeScript does not find. */
const old = (version: string) =>
  (createRequire(import.meta.url)(`socket.io-client-${version}`) as { io: typeof newest }).io;
const versions = { newest, '4.6': old('4.6'), '4.1': old('4.1'), '4.0': old('4.0') };

const stage = () => new URL(inject('chatUrl')).pathname;
/** The ways to say where the chat is. Clients before 4.6 cannot leave out the slash at the end of the path. */
const addresses: Record<string, () => Options> = {
  'with default options, behind an edge': () => ({ path: '/socket.io' }),
  'at the stage, with a slash': () => ({ path: stage() }),
  'at the stage': () => ({ path: stage(), addTrailingSlash: false }),
};

describe.for(Object.entries(versions))('socket.io-client %s', ([, io]) => {
  test.for(Object.entries(addresses).filter(([name]) => !inject('isDeployed') || name.includes('stage')))(
    'chats %s',
    async ([, options]) => {
      const eventId = await createEvent();
      const bob = await enter(eventId, 'bob');
      const ana = await connectSocket(options(), undefined, io);
      expect(await ana.ask('joinEvent', { eventId, username: 'ana' })).toMatchObject({
        ok: true,
        event: { id: eventId },
        participant: { username: 'ana' },
        latestSeq: 0,
      });
      expect(await ana.hears('eventHistory')).toMatchObject({ participantCount: 2 });
      expect(await bob.next('userJoined')).toMatchObject({ participant: { username: 'ana' } });

      // One on Socket.IO, one on JSON, in one event.
      const { message } = await ana.ask('sendMessage', { text: 'hello' });
      expect(await ana.hears('newMessage')).toEqual(message);
      expect(await bob.next('newMessage')).toEqual(message);
      const answer = await bob.say('hi there');
      expect(await ana.hears('newMessage')).toEqual(answer);

      ana.emit('typing', { isTyping: true });
      expect(await bob.next('userTyping')).toMatchObject({ participant: { username: 'ana' } });
      expect(await ana.ask('getHistory', { limit: 1 })).toEqual({
        ok: true,
        messages: [answer],
        hasMore: true,
      });
      expect(await ana.ask('sendMessage', { text: '' })).toMatchObject({
        ok: false,
        error: { code: 'BAD_REQUEST', issues: [{ path: 'text', message: 'must not be blank' }] },
      });
      ana.emit('leaveEvent');
      expect(await bob.next('userLeft')).toMatchObject({ participant: { username: 'ana' } });
      ana.emit('sendMessage', { text: 'anybody?' });
      expect(await ana.hears('error')).toMatchObject({ code: 'NOT_JOINED' });
      ana.emit('getActiveEvents');
      expect(await ana.hears('activeEvents')).toMatchObject({ events: expect.any(Array) });
    },
  );

  test('is refused another namespace', async () => {
    const admin = socketClient({}, undefined, io, '/admin');
    expect(await admin.hears('connect_error')).toEqual({ message: 'Invalid namespace', data: undefined });
  });

  test('is refused an impossible auth, and told why', async () => {
    const client = socketClient({ auth: { participantToken: 'short' } }, undefined, io);
    expect(await client.hears('connect_error')).toMatchObject({
      message: 'The request is malformed.',
      data: { code: 'BAD_REQUEST', issues: [{ path: 'participantToken' }] },
    });
  });
});

test('a guest that shows its participantToken as auth is the same participant again', async () => {
  const eventId = await createEvent();
  const ana = await connectSocket();
  const { participantToken, participant } = await ana.ask('joinEvent', { eventId, username: 'ana' });
  const tab = await connectSocket({ auth: { participantToken } });
  expect(await tab.ask('joinEvent', { eventId, username: 'ana' })).toMatchObject({
    participant: { id: participant?.id },
  });
});

test('with forceBase64 a binary payload is refused in words, and the connection goes on', async () => {
  const ana = await connectSocket({ forceBase64: true });
  expect(await ana.ask('sendMessage', { text: Buffer.from('bytes') })).toEqual({
    ok: false,
    error: { code: 'BINARY_NOT_SUPPORTED', message: expect.any(String) },
  });
  ana.emit('sendMessage', new Uint8Array([1, 2]));
  expect(await ana.hears('error')).toMatchObject({ code: 'BINARY_NOT_SUPPORTED' });
  expect(await ana.ask('ping', {})).toEqual({ ok: true });
});

test('a connection that the server closes is opened again, and goes on where it was', async () => {
  const eventId = await createEvent();
  const bob = await enter(eventId, 'bob');
  const ana = await enterSocket(eventId, 'ana', { reconnectionDelay: 10 });
  // A violation of the protocol, which nobody but a broken client sends.
  ana.sendPacket('4nonsense');
  expect(await ana.hears('disconnect')).toEqual({ reason: 'transport close' });
  const sent = await bob.say('still there?');
  expect(await ana.hears('connect')).toMatchObject({ recovered: true });
  expect(await ana.hears('newMessage')).toEqual(sent);
});

test('200 handshakes at once: none is lost', async () => {
  const all = await Promise.all(Array.from({ length: 200 }, () => connectSocket()));
  expect(new Set(all.map(({ socket }) => socket.id)).size).toBe(200);
});
