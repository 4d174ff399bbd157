import { expect, test } from 'vitest';
import { createEvent, http } from '../support/chat.ts';
import { hosted } from './hosted.ts';
import { enter, isLive, openChat, shows, until } from './rooms.ts';

test('a reply quotes what it answers, until that is deleted', async () => {
  const { eventId, host, guest } = await hosted();
  const question = await guest.send('How long does it take?');
  await shows(host, 'How long does it take?');
  await host.send('An hour', { replyTo: question.seq });
  await shows(guest, 'How long does it take?', 'An hour');
  const { id, username } = question.participant;
  const quote = { seq: question.seq, participant: { id, username }, text: 'How long does it take?' };
  for (const { snapshot } of [host, guest]) expect(snapshot.messages[1]?.replyTo).toEqual(quote);
  await host.moderate.deleteMessage(question);
  for (const room of [host, guest, await enter(eventId, 'late')]) {
    await shows(room, 'An hour');
    expect(room.snapshot.messages[0]?.replyTo).toMatchObject({ seq: question.seq, text: '' });
  }
  await expect(guest.send('Which?', { replyTo: 99 })).rejects.toMatchObject({ name: 'ChatError' });
});

test('metadata of people and messages is there for everybody', async () => {
  const eventId = await createEvent();
  const ana = await enter(eventId, 'ana');
  const chat = openChat();
  const ben = chat.join(eventId, { username: 'ben', metadata: { team: 'red' } });
  await isLive(ben);
  await ben.send('hello', { metadata: { mood: 'good' } });
  await shows(ana, 'hello');
  expect(ana.snapshot.messages[0]).toMatchObject({
    participant: { username: 'ben', metadata: { team: 'red' } },
    metadata: { mood: 'good' },
  });
  await until(ana, 'ben', ({ participants }) =>
    participants.some(({ metadata }) => metadata?.team === 'red'),
  );
  chat.join(eventId, { username: 'ben', metadata: { team: 'blue' } });
  await until(ben, 'the other team', ({ me }) => me?.metadata?.team === 'blue');
  expect(await ben.send('again')).toMatchObject({ participant: { metadata: { team: 'blue' } } });
});

test('a host announces and pins; what is deleted is not pinned any more', async () => {
  const { eventId, host, guest } = await hosted();
  const first = await host.moderate.announce('Welcome', { pin: true });
  expect(first).toMatchObject({ kind: 'announcement', participant: { role: 'host' } });
  await until(guest, 'it pinned', ({ event }) => event?.pinned?.text === 'Welcome');
  await shows(guest, 'Welcome');
  const second = await guest.send('Good morning');
  expect(await host.moderate.pin(second)).toMatchObject({ pinned: { seq: second.seq } });
  await until(guest, 'the other pinned', ({ event }) => event?.pinned?.text === 'Good morning');
  await host.moderate.unpin();
  await until(guest, 'nothing pinned', ({ event }) => event !== undefined && !event.pinned);
  await host.moderate.pin(first);
  await until(guest, 'it pinned', ({ event }) => event?.pinned?.text === 'Welcome');
  await host.moderate.deleteMessage(first);
  await until(guest, 'nothing pinned', ({ event }) => event !== undefined && !event.pinned);
  await expect(guest.moderate.announce('Psst')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(guest.moderate.pin(second)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect((await http<{ pinned?: object }>(`/${eventId}`)).body.pinned).toBeUndefined();
});
