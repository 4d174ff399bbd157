import { type Scenario, say } from './stage.ts';

/** What socket.io-client offers its users. Nobody in these scenarios is cut off. */
export const clientScenarios = {
  'another namespace is refused': async ({ client }) => {
    const ana = client('ana', {}, '/other');
    await ana.hears('connect_error');
    const withAuth = client('with auth', { auth: { token: 'x' } }, '/admin');
    await withAuth.hears('connect_error');
  },

  'another namespace on the same connection is refused, and the first one stays': async ({
    createEvent,
    enter,
  }) => {
    const ana = await enter('ana', await createEvent());
    const other = ana.socket.io.socket('/other');
    const refusal = new Promise((resolve) => other.once('connect_error', ({ message }) => resolve(message)));
    await ana.outcome('connect_error of /other', refusal);
    await say(ana, 'still here');
  },

  'auth without an issuer is ignored': async ({ client }) => {
    const ana = client('ana', { auth: { token: 'whatever' } });
    await ana.hears('connect');
    await ana.ask('ping', {});
    const bob = client('bob', { auth: (give) => give({ token: 'later' }) });
    await bob.hears('connect');
    await bob.ask('ping', {});
  },

  'an emit before the connection is sent once there is one, a volatile one is not': async ({
    client,
    createEvent,
  }) => {
    const eventId = await createEvent();
    const ana = client('ana');
    await ana.ask('joinEvent', { eventId, username: 'ana' });
    await ana.hears('eventHistory');
    const bob = client('bob', { autoConnect: false });
    bob.emit('joinEvent', { eventId, username: 'bob' });
    bob.socket.volatile.emit('nope');
    bob.socket.connect();
    await bob.hears('eventHistory');
    await ana.hears('userJoined');
    await say(bob, 'here I am', ana);
  },

  emitWithAck: async ({ createEvent, enter }) => {
    const ana = await enter('ana', await createEvent());
    await ana.outcome('sendMessage', ana.socket.emitWithAck('sendMessage', { text: 'promised' }));
    await ana.hears('newMessage');
    await ana.outcome('sendMessage', ana.socket.emitWithAck('sendMessage', { text: '' }));
    await ana.outcome('nope', ana.socket.emitWithAck('nope'));
  },

  'a timeout is for the connected and for those who are not yet': async ({ client, createEvent, enter }) => {
    const ana = await enter('ana', await createEvent());
    await ana.outcome('ping', ana.socket.timeout(20_000).emitWithAck('ping', {}));
    await ana.outcome('typing', ana.socket.timeout(20_000).emitWithAck('typing', { isTyping: 'yes' }));
    const bob = client('bob', { autoConnect: false });
    await bob.outcome('ping', bob.socket.timeout(10).emitWithAck('ping', {}));
    bob.socket.connect();
    await bob.hears('connect');
    await bob.ask('ping', {});
  },

  'with retries, one packet after the other': async ({ createEvent, enter }) => {
    const options = { retries: 2, ackTimeout: 15_000 };
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId, {}, options);
    await bob.hears('userJoined');
    const send = (text: string) =>
      ana.outcome('sendMessage', ana.socket.emitWithAck('sendMessage', { text, clientMessageId: text }));
    await Promise.all(['one', 'two', 'three', 'four'].map(send));
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'four' });
    // A refusal is an answer: it is not tried again.
    await send('');
  },

  'many emits at once': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    const texts = Array.from({ length: 10 }, (_, i) => `message ${i}`);
    await Promise.all(texts.map((text) => say(ana, text, bob)));
  },

  'binary payloads are refused': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId, {}, { forceBase64: true });
    const bytes = Buffer.from([1, 2, 3]);
    await ana.ask('sendMessage', { text: bytes });
    await ana.ask('sendMessage', { text: 'hi', images: [bytes, new Uint8Array(3)] });
    await ana.ask('ping', bytes);
    await ana.ask('nope', bytes);
    ana.emit('sendMessage', { text: bytes });
    await ana.hears('error', { code: 'BINARY_NOT_SUPPORTED' });
    await say(ana, 'words, then');
  },

  'a query, headers and a timestamp are harmless': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId, {}, { query: { lang: 'de' }, timestampRequests: true });
    const bob = await enter('bob', eventId, {}, { extraHeaders: { 'x-app': 'old' } });
    await ana.hears('userJoined');
    await say(bob, 'hello', ana);
  },
} satisfies Record<string, Scenario>;
