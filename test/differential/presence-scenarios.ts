import { type Scenario, say } from './stage.ts';

/** Who is there: joining, renaming, tabs, leaving. */
export const presenceScenarios = {
  'somebody connects': async ({ client }) => {
    await client('ana').hears('connect');
  },

  'a joiner gets an ack, then the history; the others hear of it': async ({ client, createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = client('bob');
    await bob.hears('connect');
    await bob.ask('joinEvent', { eventId, username: '  bob ' });
    await bob.hears('eventHistory');
    await ana.hears('userJoined');
    await say(ana, 'hello', bob);
    const cleo = await enter('cleo', eventId);
    await Promise.all([ana, bob].map((other) => other.hears('userJoined')));
    await say(cleo, 'hello to you', ana, bob);
  },

  'joining without a callback is silent but for the history': async ({ client, createEvent }) => {
    const eventId = await createEvent();
    const ana = client('ana');
    await ana.hears('connect');
    ana.emit('joinEvent', { eventId, username: 'ana' });
    await ana.hears('eventHistory');
    await ana.ask('getHistory', {});
  },

  'joining again: the history again; under another name, a rename': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await bob.ask('joinEvent', { eventId, username: 'bob' });
    await bob.hears('eventHistory');
    await bob.ask('joinEvent', { eventId, username: 'bobby' });
    await bob.hears('eventHistory');
    await ana.hears('userJoined');
    await say(bob, 'call me bobby', ana);
    await enter('cleo', eventId);
    for (const client of [ana, bob]) await client.hears('userJoined');
  },

  'a viewer hears everything and is nobody; then it joins, and watches again': async ({
    client,
    createEvent,
    enter,
  }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const vic = client('vic');
    await vic.hears('connect');
    await vic.ask('watchEvent', { eventId });
    await vic.hears('eventHistory');
    await say(ana, 'hello', vic);
    await vic.ask('sendMessage', { text: 'may I?' });
    await vic.ask('typing', { isTyping: true });
    await vic.ask('getHistory', {});
    const bob = await enter('bob', eventId);
    for (const client of [ana, vic]) await client.hears('userJoined', { participantCount: 2 });
    await vic.ask('joinEvent', { eventId, username: 'vic' });
    await vic.hears('eventHistory');
    for (const client of [ana, bob]) await client.hears('userJoined', { participantCount: 3 });
    await vic.ask('watchEvent', { eventId });
    await vic.hears('eventHistory');
    for (const client of [ana, bob]) await client.hears('userLeft', { participantCount: 2 });
    await vic.ask('leaveEvent', {});
    await vic.ask('getHistory', {});
    await say(ana, 'bye', bob);
  },

  'with `after`, the history is what was missed': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    for (const text of ['one', 'two', 'three']) await say(ana, text);
    const bob = await enter('bob', eventId, { after: 1 });
    await ana.hears('userJoined');
    await enter('cleo', eventId, { after: 3 });
    for (const client of [ana, bob]) await client.hears('userJoined');
  },

  'two tabs with one token are one participant': async ({ client, createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const tab1 = client('tab 1');
    const { participantToken } = await tab1.ask('joinEvent', { eventId, username: 'bob' });
    await tab1.hears('eventHistory');
    await ana.hears('userJoined');
    const tab2 = await enter('tab 2', eventId, { username: 'bob', participantToken });
    await say(tab2, 'from the second tab', tab1, ana);
    await tab1.ask('typing', { isTyping: true });
    await ana.hears('userTyping');
    await tab2.ask('joinEvent', { eventId, username: 'robert' });
    await tab2.hears('eventHistory');
    for (const other of [ana, tab1]) await other.hears('userJoined', { participantCount: 2 });
    await say(tab1, 'I am robert here too', tab2, ana);
    await tab1.ask('leaveEvent', {});
    await say(tab2, 'one tab is left', ana);
    await tab2.ask('leaveEvent', {});
    await ana.hears('userLeft', { participantCount: 1 });
  },

  'joining another event leaves the first': async ({ createEvent, enter }) => {
    const [first, second] = [await createEvent('First'), await createEvent('Second')];
    const ana = await enter('ana', first);
    const cleo = await enter('cleo', second);
    const bob = await enter('bob', first);
    await ana.hears('userJoined');
    await bob.ask('joinEvent', { eventId: second, username: 'bob' });
    await bob.hears('eventHistory', { eventId: second });
    await ana.hears('userLeft');
    await cleo.hears('userJoined');
    await say(ana, 'only in the first');
    await say(cleo, 'only in the second', bob);
    await bob.ask('joinEvent', { eventId: first, username: 'bob' });
    await bob.hears('eventHistory', { eventId: first });
    await ana.hears('userJoined', { participantCount: 2 });
    await cleo.hears('userLeft');
  },

  'leaving is announced once; leaving again is no error': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    await bob.ask('leaveEvent', {});
    await ana.hears('userLeft');
    await bob.ask('leaveEvent');
    bob.emit('leaveEvent');
    await say(ana, 'alone');
    await bob.ask('sendMessage', { text: 'from outside' });
    await bob.ask('joinEvent', { eventId, username: 'bob' });
    await bob.hears('eventHistory');
    await ana.hears('userJoined');
  },

  'a deliberate disconnect is announced at once': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const ana = await enter('ana', eventId);
    const bob = await enter('bob', eventId);
    await ana.hears('userJoined');
    bob.socket.disconnect();
    await bob.hears('disconnect');
    await ana.hears('userLeft');
    await say(ana, 'alone');
  },
} satisfies Record<string, Scenario>;
