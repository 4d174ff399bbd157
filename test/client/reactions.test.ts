import { expect, test } from 'vitest';
import { hosted } from './hosted.ts';
import { enter, until } from './rooms.ts';

test('everybody sees how often a reaction was used, whoever comes when', async () => {
  const { eventId, host, guest } = await hosted();
  expect(guest.snapshot.event?.reactions).toContain('🔥');
  for (let i = 0; i < 3; i += 1) host.react('🔥');
  for (let i = 0; i < 4; i += 1) guest.react('🔥');
  guest.react('👏');
  for (const room of [host, guest]) {
    await until(room, 'all', ({ reactions }) => reactions['🔥'] === 7 && reactions['👏'] === 1);
  }
  const late = await enter(eventId, 'late');
  expect(late.snapshot.reactions).toEqual({ '🔥': 7, '👏': 1 });
});

test('a host chooses the reactions', async () => {
  const { host, guest } = await hosted();
  expect(await host.moderate.update({ reactions: ['🦄'] })).toMatchObject({ reactions: ['🦄'] });
  await until(guest, 'the unicorn', ({ event }) => `${event?.reactions}` === '🦄');
  guest.react('🦄');
  await until(host, 'one', ({ reactions }) => reactions['🦄'] === 1);
  await host.moderate.update({ reactions: [] });
  await until(guest, 'none', ({ event }) => event?.reactions?.length === 0);
});
