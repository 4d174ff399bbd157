import { expect, test } from 'vitest';
import type { Room } from '../../client/index.ts';
import { http } from '../support/chat.ts';
import { hosted, personOf } from './hosted.ts';
import { isLive, openChat, shows, textsIn, until } from './rooms.ts';

test('a host deletes messages', async () => {
  const { host, guest } = await hosted();
  await guest.send('one');
  await guest.send('two');
  await shows(host, 'one', 'two');
  await host.moderate.deleteMessage(host.snapshot.messages[0] as { seq: number });
  await shows(host, 'two');
  await shows(guest, 'two');
  await expect(host.moderate.deleteMessage({ seq: 99 })).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  await expect(guest.moderate.deleteMessage({ seq: 2 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('while the event is paused others fail at once, and can try again', async () => {
  const { host, guest } = await hosted();
  expect(await host.moderate.pause()).toMatchObject({ paused: true });
  await until(guest, 'a pause', ({ can, event }) => event?.paused === true && !can.send);
  await expect(guest.send('psst')).rejects.toMatchObject({ code: 'EVENT_PAUSED' });
  expect(await host.send('I may')).toMatchObject({ text: 'I may' });
  await shows(guest, 'I may', 'psst');
  const failed = guest.snapshot.messages[1] as { clientMessageId: string };
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'EVENT_PAUSED' } });
  await host.moderate.resume();
  await until(guest, 'the end of the pause', ({ can }) => can.send);
  const { key } = failed as unknown as { key: string };
  expect(await guest.retry(failed)).toMatchObject({ seq: expect.any(Number), text: 'psst' });
  expect(guest.snapshot.messages[1]).toMatchObject({ state: 'sent', key });
  await shows(host, 'I may', 'psst');
});

test('a failed message can be thrown away', async () => {
  const { guest } = await hosted();
  const text = 'x'.repeat(2_001);
  await expect(guest.send(text)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    details: { issues: [{ path: 'text' }] },
  });
  guest.discard(guest.snapshot.messages[0] as { clientMessageId: string });
  expect(textsIn(guest)).toEqual([]);
  // One that failed does not hold up the next.
  expect(await guest.send('short')).toMatchObject({ text: 'short' });
});

test('in slow mode messages wait until they may go', async () => {
  const { host, guest } = await hosted();
  expect(await host.moderate.slowMode(1)).toMatchObject({ slowModeSeconds: 1 });
  await Promise.all(['one', 'two', 'three'].map((text) => guest.send(text)));
  await shows(host, 'one', 'two', 'three');
});

test('whoever is kicked is told why, and does not come back by themselves', async () => {
  const { eventId, host, guest } = await hosted();
  await host.moderate.kick(personOf(guest), { reason: 'Enough.' });
  expect(await guest.closed).toEqual({ status: 'kicked', reason: 'Enough.' });
  expect(guest.snapshot).toMatchObject({ status: 'kicked', error: { code: 'FORBIDDEN', reason: 'Enough.' } });
  await until(host, 'the host alone', ({ participantCount }) => participantCount === 1);
  const count = async () => (await http<{ participantCount: number }>(`/${eventId}`)).body.participantCount;
  await expect.poll(count).toBe(1);
});

test('whoever is banned is told for how long, and is refused until the ban is lifted', async () => {
  const { eventId, host } = await hosted();
  const chat = openChat();
  const guest = chat.join(eventId, { username: 'greta' });
  await isLive(guest);
  const ban = await host.moderate.ban(personOf(guest), { reason: 'Spam.', seconds: 60 });
  expect(ban).toMatchObject({ username: 'greta', reason: 'Spam.' });
  expect(await guest.closed).toEqual({ status: 'banned', reason: 'Spam.', expiresAt: ban.expiresAt });
  expect(chat.join(eventId, { username: 'greta' })).toBe(guest);
  await guest.leave();
  const again = chat.join(eventId, { username: 'greta' });
  expect(await again.closed).toMatchObject({ status: 'refused', reason: expect.stringContaining('banned') });
  expect(await host.moderate.bans()).toMatchObject([{ participantId: ban.participantId }]);
  await host.moderate.unban(personOf(guest));
  expect(await host.moderate.bans()).toEqual([]);
  await again.leave();
  await isLive(chat.join(eventId, { username: 'greta' }));
  const acts = (await host.moderate.audit()).map(({ action }) => action);
  expect(acts).toEqual(['unban', 'ban', 'updateEvent', 'createEvent']);
});

test('whoever is muted can read, also after they have come back, until they are unmuted', async () => {
  const { eventId, host } = await hosted();
  const chat = openChat();
  const guest = chat.join(eventId, { username: 'greta' });
  await isLive(guest);
  await guest.send('first');
  await host.moderate.mute(personOf(guest), { seconds: 600, reason: 'Too loud.' });
  const isMuted = (room: Room) =>
    until(room, 'a mute', ({ can, mutedUntil }) => !can.send && mutedUntil !== undefined);
  await isMuted(guest);
  expect(guest.snapshot.error).toMatchObject({ code: 'MUTED', reason: 'Too loud.' });
  await expect(guest.send('psst')).rejects.toMatchObject({ code: 'MUTED' });
  await guest.leave();
  const again = chat.join(eventId, { username: 'greta' });
  await isMuted(again);
  await host.send('peace');
  await shows(again, 'first', 'peace');
  await host.moderate.unmute(personOf(again));
  await until(again, 'the pardon', ({ can, mutedUntil }) => can.send && !mutedUntil);
  expect(await again.send('sorry')).toMatchObject({ text: 'sorry' });
});

test('a message that breaks a rule fails with the reason, and the next one goes', async () => {
  const { eventId, guest } = await hosted();
  await http(`/${eventId}`, { method: 'PATCH', body: { blockedWords: ['rubbish'], links: 'deny' } });
  await until(guest, 'the rules', ({ event }) => event?.links === 'deny');
  const refused = { code: 'MESSAGE_REJECTED' };
  await expect(guest.send('What rubbish!')).rejects.toMatchObject({
    ...refused,
    details: { reason: 'word' },
  });
  await expect(guest.send('See https://example.com')).rejects.toMatchObject({
    ...refused,
    details: { reason: 'link' },
  });
  expect(await guest.send('Hello')).toMatchObject({ text: 'Hello' });
});

test('a host ends the event', async () => {
  const { host, guest } = await hosted();
  await guest.send('thanks');
  expect(await host.moderate.end()).toMatchObject({ status: 'ended' });
  for (const room of [host, guest]) {
    expect(await room.closed).toMatchObject({ status: 'ended' });
    expect(textsIn(room)).toEqual(['thanks']);
  }
});

test('the log is read over HTTP, from a message on and around a time', async () => {
  const { eventId, guest } = await hosted();
  const said = [];
  for (const text of ['one', 'two', 'three']) said.push(await guest.send(text));
  const { events } = openChat();
  const textsOf = ({ messages }: { messages: { text: string }[] }) => messages.map(({ text }) => text);
  expect(textsOf(await events.messages(eventId))).toEqual(['one', 'two', 'three']);
  const after = await events.messages(eventId, { after: said[0]?.seq ?? 0, limit: 1 });
  expect([textsOf(after), after.hasMore]).toEqual([['two'], true]);
  const around = await events.messages(eventId, { at: `${said[1]?.sentAt}`, limit: 2 });
  expect(textsOf(around)).toContain('two');
  expect([around.messages.length, around.hasMore || around.hasMoreBefore]).toEqual([2, true]);
  await expect(events.messages(eventId, { at: 'noon' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('events are listed, read, created and changed over HTTP', async () => {
  const { events } = openChat();
  const { id } = await events.create({ name: 'Opening', description: 'At nine' });
  expect(await events.get(id)).toMatchObject({ name: 'Opening', status: 'active' });
  expect(await events.update(id, { name: 'Closing' })).toMatchObject({ id, name: 'Closing' });
  const page = await events.list({ limit: 1 });
  expect(page).toMatchObject({ events: [{ id }], nextCursor: expect.any(String) });
  expect((await events.list({ limit: 1, cursor: `${page.nextCursor}` })).events[0]?.id).not.toBe(id);
  const [active] = (await events.list({ status: 'active', limit: 1 })).events;
  expect(active).toMatchObject({ id });
  expect(await events.update(id, { status: 'ended' })).toMatchObject({ status: 'ended' });
  expect((await events.list({ status: 'ended', limit: 1 })).events).toMatchObject([{ id, name: 'Closing' }]);
  await expect(events.get('no/such event')).rejects.toMatchObject({ name: 'ChatError' });
  await expect(events.get('nothing')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' });
  await expect(events.create({ name: '' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    details: { issues: [{ path: 'name' }] },
  });
  const unreachable = openChat({ eventsUrl: 'http://localhost:1/api/events' });
  await expect(unreachable.events.list()).rejects.toMatchObject({ name: 'ChatError', code: 'INTERNAL' });
});
