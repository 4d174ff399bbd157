import { type Scenario, say } from './stage.ts';

/** Clients that lose their connection, and how they come back. */
export const recoveryScenarios = {
  'a client that was cut off recovers all it has missed': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const cleo = await enter('cleo', eventId);
    const ana = await enter('ana', eventId);
    for (const other of [bob, cleo]) await other.hears('userJoined', { participantCount: 3 });
    await say(ana, 'before', bob, cleo);
    await ana.cut();
    for (let i = 1; i <= 10; i += 1) await say(bob, `missed ${i}`, cleo);
    await cleo.ask('leaveEvent', {});
    await bob.hears('userLeft');
    const dan = await enter('dan', eventId);
    await bob.hears('userJoined');
    for (let i = 11; i <= 20; i += 1) await say(dan, `missed ${i}`, bob);
    await ana.comeBack();
    await ana.hears('newMessage', { text: 'missed 20' });
    await ana.hears('userLeft');
    await ana.hears('userJoined');
    await say(ana, 'here again', bob, dan);
    await enter('eve', eventId);
    for (const other of [ana, bob, dan]) await other.hears('userJoined', { participantCount: 4 });
  },

  'a recovery with nothing missed': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(ana, 'before', bob);
    await ana.cut();
    await ana.comeBack();
    await say(bob, 'after', ana);
  },

  'recovered twice, it is still the same socket': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(bob, 'at the start', ana);
    for (const time of ['first', 'second']) {
      await ana.cut();
      await say(bob, `missed the ${time} time`);
      await ana.comeBack();
      await ana.hears('newMessage', { text: `missed the ${time} time` });
    }
    await say(ana, 'at the end', bob);
  },

  'a client comes back by itself while others go on': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId, {}, { reconnectionDelay: 1 });
    await bob.hears('userJoined');
    await say(bob, 'message 0', ana);
    ana.cutBriefly();
    for (let i = 1; i <= 20; i += 1) await say(bob, `message ${i}`);
    await ana.hears('connect');
    await ana.hears('newMessage', { text: 'message 20' });
    await say(ana, 'here again', bob);
  },

  'what is emitted meanwhile is sent afterwards': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(bob, 'before', ana);
    await ana.cut();
    const buffered = ana.ask('sendMessage', { text: 'buffered' });
    await ana.comeBack();
    await buffered;
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'buffered' });
    await say(ana, 'after', bob);
  },

  'with retries, packets of the time without a connection come in order': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId, {}, { retries: 2, ackTimeout: 15_000 });
    await bob.hears('userJoined');
    await say(bob, 'before', ana);
    await ana.cut();
    const texts = ['one', 'two', 'three'];
    const sent = texts.map((text) => ana.ask('sendMessage', { text, clientMessageId: text }));
    await ana.comeBack();
    await Promise.all(sent);
    for (const client of [ana, bob]) await client.hears('newMessage', { text: 'three' });
  },

  'typing is not replayed': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(ana, 'before', bob);
    await ana.cut();
    await bob.ask('typing', { isTyping: true });
    await say(bob, 'missed');
    await ana.comeBack();
    await ana.hears('newMessage', { text: 'missed' });
    await bob.ask('typing', { isTyping: false });
    await ana.hears('userTyping');
  },

  'an event that ends meanwhile': async ({ createEvent, endEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(ana, 'before', bob);
    await ana.cut();
    await say(bob, 'last words');
    await endEvent(eventId);
    await bob.hears('eventEnded');
    await ana.comeBack();
    await ana.hears('eventEnded');
    await ana.ask('sendMessage', { text: 'too late' });
    await ana.ask('getHistory', {});
  },

  'recovered is the event that one was in last': async ({ createEvent, enter }) => {
    const [first, second] = [await createEvent('First'), await createEvent('Second')];
    const bob = await enter('bob', first);
    const cleo = await enter('cleo', second);
    const ana = await enter('ana', first);
    await bob.hears('userJoined');
    await say(ana, 'in the first', bob);
    await ana.ask('joinEvent', { eventId: second, username: 'ana' });
    await ana.hears('eventHistory', { eventId: second });
    await bob.hears('userLeft');
    await cleo.hears('userJoined');
    await say(cleo, 'in the second', ana);
    await ana.cut();
    await say(bob, 'not for ana');
    await say(cleo, 'for ana');
    await ana.comeBack();
    await ana.hears('newMessage', { text: 'for ana' });
    await say(ana, 'here', cleo);
  },

  'whoever left before the cut is in no event after it': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(bob, 'before', ana);
    await ana.ask('leaveEvent', {});
    await bob.hears('userLeft');
    await ana.cut();
    await say(bob, 'not for ana');
    await ana.comeBack();
    await ana.ask('sendMessage', { text: 'from outside' });
  },

  'another page with the same token is the same participant': async ({ client, createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = client('ana');
    const { participantToken } = await ana.ask('joinEvent', { eventId, username: 'ana' });
    await ana.hears('eventHistory');
    await bob.hears('userJoined');
    await say(ana, 'before', bob);
    await ana.cut();
    await say(bob, 'missed');
    const reloaded = await enter('ana, reloaded', eventId, { username: 'ana', participantToken, after: 1 });
    await say(reloaded, 'here again', bob);
    await ana.comeBack();
    await ana.hears('newMessage', { text: 'here again' });
    await say(ana, 'both are here', reloaded, bob);
  },

  'after a deliberate disconnect nothing is recovered': async ({ createEvent, enter }) => {
    const eventId = await createEvent();
    const bob = await enter('bob', eventId);
    const ana = await enter('ana', eventId);
    await bob.hears('userJoined');
    await say(ana, 'before', bob);
    ana.socket.disconnect();
    await bob.hears('userLeft');
    await say(bob, 'not for ana');
    await ana.comeBack();
    await ana.ask('sendMessage', { text: 'from outside' });
    await ana.ask('joinEvent', { eventId, username: 'ana' });
    await ana.hears('eventHistory');
    await bob.hears('userJoined');
    await say(bob, 'for ana', ana);
  },
} satisfies Record<string, Scenario>;
