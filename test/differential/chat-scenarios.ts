import { type Scenario, say } from './stage.ts';

/** What is said: messages, histories, lists of events, and refusals. */
export const chatScenarios = {
  'everybody gets a message, the sender too, with a callback and without': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await say(ana, 'with a callback', bob);
    ana.emit('sendMessage', { text: 'without', clientMessageId: 'mine-1' });
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'without' });
    await say(bob, 'and back', ana);
  },

  'a repeated clientMessageId is the first message again': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await ana.ask('sendMessage', { text: 'once', clientMessageId: 'm1' });
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'once' });
    await ana.ask('sendMessage', { text: 'once more', clientMessageId: 'm1' });
    await bob.ask('sendMessage', { text: 'the same, of another', clientMessageId: 'm1' });
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'the same, of another' });
  },

  'text comes as it was sent': async ({ createEvent, enter }) => {
    const eventId = await createEvent('🎤 “Finale” – ½ время');
    const ana = await enter('ana', eventId, { username: 'ana 👩‍👩‍👧' });
    const bob = await enter('bob', eventId, { username: 'Ｂｏｂ ☃' });
    await ana.hears('userJoined');
    const texts = [
      '  two\n lines\t ',
      '👩🏽‍🚀🏳️‍🌈 e\u0301 \u2028 "quoted" \\ </script>',
      '42["x"]',
      'é'.repeat(2_000),
    ];
    for (const text of texts) await say(ana, text, bob);
  },

  'replies and metadata': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId, { metadata: { team: 'red' } });
    await ana.hears('userJoined');
    await say(ana, 'a question of more than a hundred characters '.repeat(3), bob);
    await bob.ask('sendMessage', { text: 'an answer', replyTo: 1, metadata: { colour: 'blue' } });
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'an answer' });
    await ana.ask('getHistory');
    for (const wrong of [{ replyTo: 9 }, { replyTo: '1' }, { metadata: { a: 1 } }, { metadata: [] }]) {
      await ana.ask('sendMessage', { text: 'a wrong one', ...wrong });
    }
    await ana.ask('joinEvent', { eventId, username: 'ana', metadata: { constructor: 'x' } });
  },

  'a malformed payload is refused with every fault': async ({ createEvent, enter }) => {
    const ana = await enter('ana', await createEvent());
    const malformed: [action: string, ...args: unknown[]][] = [
      ['joinEvent', { username: '', after: -1 }],
      ['joinEvent', { eventId: 'e', username: 'x'.repeat(33), participantToken: 'short' }],
      ['sendMessage', { text: ' \n\t' }],
      ['sendMessage', { text: 'x'.repeat(2_001), clientMessageId: '' }],
      ['sendMessage', { text: { $ne: 1 } }],
      ['sendMessage', 'only text'],
      ['sendMessage', null],
      ['sendMessage', [{ text: 'in an array' }]],
      ['typing'],
      ['getHistory', { before: 3, after: 1 }],
      ['getHistory', { limit: 101 }],
      ['getActiveEvents', { cursor: 'bogus' }],
      ['ping', 7],
    ];
    for (const [action, ...args] of malformed) {
      await ana.ask(action, ...args);
      ana.emit(action, ...args);
      await ana.hears('error', { code: 'BAD_REQUEST' });
    }
    await say(ana, 'still here');
  },

  'an unknown event name is an UNKNOWN_ACTION': async ({ client }) => {
    const ana = client('ana');
    await ana.hears('connect');
    for (const action of ['nope', 'constructor', '__proto__', '$connect', 'joinevent', '']) {
      await ana.ask(action, {});
      ana.emit(action);
      await ana.hears('error', { code: 'UNKNOWN_ACTION' });
    }
  },

  'unknown fields and further arguments are ignored': async ({ createEvent, enter }) => {
    const ana = await enter('ana', await createEvent(), { isAdmin: true });
    await ana.ask('sendMessage', { text: 'hi', seq: 99, participant: { username: 'eve' } }, 'more', {
      text: 'x',
    });
    await ana.hears('newMessage', { text: 'hi' });
    await ana.ask('ping');
  },

  'some actions need a joined event': async ({ client }) => {
    const ana = client('ana');
    await ana.hears('connect');
    const actions = {
      sendMessage: { text: 'hi' },
      typing: { isTyping: true },
      getHistory: {},
      react: { reaction: '👍' },
    };
    for (const [action, data] of Object.entries(actions)) {
      await ana.ask(action, data);
      ana.emit(action, data);
      await ana.hears('error', { code: 'NOT_JOINED' });
    }
    await ana.ask('leaveEvent', {});
  },

  'an unknown event is EVENT_NOT_FOUND, and one stays where one was': async ({ createEvent, enter }) => {
    const ana = await enter('ana', await createEvent());
    for (const eventId of ['nowhere', 'no/id?', 'x'.repeat(300)]) {
      await ana.ask('joinEvent', { eventId, username: 'ana' });
    }
    ana.emit('joinEvent', { eventId: 'nowhere', username: 'ana' });
    await ana.hears('error', { code: 'EVENT_NOT_FOUND' });
    await say(ana, 'still here');
  },

  'typing is announced to the others only': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await ana.ask('typing', { isTyping: true });
    await bob.hears('userTyping', { isTyping: true });
    ana.emit('typing', { isTyping: false });
    await bob.hears('userTyping', { isTyping: false });
    await say(ana, 'done', bob);
  },

  'reactions are counted for everybody': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await ana.ask('react', { reaction: '👍', count: 3 });
    for (const client of [ana, bob]) await client.hears('reactions', { counts: { '👍': 3 } });
    bob.emit('react', { reaction: '👍' });
    for (const client of [ana, bob]) await client.hears('reactions', { totals: { '👍': 4 } });
    for (const wrong of [{ reaction: '🍌' }, { reaction: 'yes' }, { reaction: '👍', count: 11 }, {}]) {
      await ana.ask('react', wrong);
      ana.emit('react', wrong);
      await ana.hears('error', { code: 'BAD_REQUEST' });
    }
    const cleo = await enter('cleo', eventId);
    await ana.hears('userJoined');
    await say(cleo, 'done', ana, bob);
  },

  'active events, as an ack and as an event': async ({ client, createEvent, endEvent }) => {
    const ids = [await createEvent('Older'), await createEvent('Newer')];
    const ana = client('ana');
    await ana.hears('connect');
    await ana.ask('getActiveEvents', { limit: 100 });
    await ana.ask('getActiveEvents');
    ana.emit('getActiveEvents', { limit: 100 });
    await ana.hears('activeEvents');
    ana.emit('getActiveEvents');
    await ana.hears('activeEvents');
    await endEvent(ids[0] ?? '');
    await ana.ask('getActiveEvents', { limit: 100 });
  },

  'the history in pages': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    for (let i = 1; i <= 7; i += 1) await say(ana, `message ${i}`);
    const pages = [
      {},
      { limit: 3 },
      { before: 5, limit: 3 },
      { before: 2 },
      { before: 1 },
      { after: 4, limit: 2 },
    ];
    for (const query of [...pages, { after: 4, limit: 3 }, { after: 7 }, { after: 0 }, { after: 99 }]) {
      await ana.ask('getHistory', query);
    }
  },

  'a newcomer gets the newest 50 messages': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    for (let i = 1; i <= 52; i += 1) await say(ana, `message ${i}`);
    await enter('bob', eventId);
    await ana.hears('userJoined');
  },

  'the end of an event: eventEnded, then EVENT_ENDED': async ({ client, createEvent, endEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await ana.ask('sendMessage', { text: 'last words', clientMessageId: 'm1' });
    for (const other of [ana, bob]) await other.hears('newMessage');
    await endEvent(eventId);
    for (const other of [ana, bob]) await other.hears('eventEnded');
    await ana.ask('sendMessage', { text: 'too late' });
    ana.emit('sendMessage', { text: 'too late' });
    await ana.hears('error', { code: 'EVENT_ENDED' });
    await ana.ask('sendMessage', { text: 'last words', clientMessageId: 'm1' });
    await ana.ask('getHistory', {});
    const cleo = client('cleo');
    await cleo.ask('joinEvent', { eventId, username: 'cleo' });
    await endEvent(eventId);
    await bob.ask('leaveEvent', {});
    await ana.hears('userLeft');
  },
} satisfies Record<string, Scenario>;
