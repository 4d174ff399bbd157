import { describe, expect, test } from 'vitest';
import { createEvent, http } from '../support/chat.ts';
import { executablePath, Visitor } from './visitor.ts';

/** Ana hosts, Ben is in. */
async function hosted() {
  const eventId = await createEvent();
  const ana = await Visitor.enter(eventId, 'ana');
  const ben = await Visitor.enter(eventId, 'ben');
  expect(await ana.button('Host tools').count()).toBe(0);
  await ana.button('Become host').click();
  await ana.button('Host tools').click();
  return { eventId, ana, ben };
}

describe('host tools', { skip: !executablePath }, () => {
  test('delete a message', async () => {
    const { ana, ben } = await hosted();
    await ben.say('rubbish');
    await ana.sees('rubbish');
    await ana.log.getByText('rubbish').hover();
    await ana.button('Moderate the message of ben').click();
    await ana.button('Delete this message').click();
    await ana.log.getByText('rubbish').waitFor({ state: 'hidden' });
    await ben.log.getByText('rubbish').waitFor({ state: 'hidden' });
  });

  test('pause, slow down, resume', async () => {
    const { ana, ben } = await hosted();
    await ana.button('Pause').click();
    await ben.page.getByText('Paused: only moderators can write.').waitFor();
    expect(await ben.field.isDisabled()).toBe(true);
    await ana.say('quiet, please');
    await ben.sees('quiet, please');
    await ana.button('Resume').click();
    await ben.page.getByText('Paused: only moderators can write.').waitFor({ state: 'hidden' });
    await ana.page.getByLabel('Slow mode').selectOption('30');
    await ben.page.getByText('Slow mode: one message every 30 s.').waitFor();
  });

  test('remove, ban, and lift the ban', async () => {
    const { ana, ben } = await hosted();
    await ana.button('2 people').click();
    await ana.button('Moderate ben').click();
    await ana.page.getByLabel('Reason, which they are told').fill('too loud');
    await ana.button('Ban for an hour').click();
    await ben.page.getByText('You are banned from this event. too loud').waitFor();
    await ana.button('1 person').waitFor();
    await ana.button('Host tools').click();
    await ana.button('Bans').click();
    await ana.page.getByRole('list', { name: 'Bans' }).getByText('ben').waitFor();
    await ana.button('Unban').click();
    await ana.page.getByText('Nobody is banned.').waitFor();
    await ana.button('Audit log').click();
    const audit = ana.page.getByRole('list', { name: 'Audit log' });
    await audit.getByText('unban', { exact: true }).waitFor();
    await audit.getByText('ban', { exact: true }).waitFor();
  });

  test('announce, pin, unpin', async () => {
    const { ana, ben } = await hosted();
    await ana.page.getByLabel('Announcement').fill('Welcome, everybody');
    await ana.page.getByLabel('Pin it').check();
    await ana.button('Announce').click();
    const pinned = ben.page.getByRole('region', { name: 'Pinned' });
    await pinned.getByText('Welcome, everybody').waitFor();
    await ben.log.getByText('announcement', { exact: true }).waitFor();
    await ben.say('The link is on page 2');
    await ana.sees('The link is on page 2');
    await ana.log.getByText('The link is on page 2').hover();
    await ana.button('Moderate the message of ben').click();
    await ana.button('Pin this message').click();
    await pinned.getByText('The link is on page 2').waitFor();
    expect(await ben.button('Unpin').count()).toBe(0);
    await ana.button('Unpin').click();
    await pinned.waitFor({ state: 'hidden' });
  });

  test('mute and unmute', async () => {
    const { ana, ben } = await hosted();
    await ana.button('2 people').click();
    await ana.button('Moderate ben').click();
    await ana.page.getByLabel('Reason, which they are told').fill('too loud');
    await ana.page.getByLabel('Mute for how long').selectOption('for an hour');
    await ana.button('Mute').click();
    await ben.page.getByText(/^You are muted until .* too loud$/).waitFor();
    expect(await ben.field.isDisabled()).toBe(true);
    expect(await ben.field.getAttribute('placeholder')).toMatch(/^Muted: (1:00:00|59:\d\d) left$/);
    expect(await ben.button('👍').isDisabled()).toBe(true);
    await ana.button('Host tools').click();
    await ana.button('Mutes').click();
    await ana.page.getByRole('list', { name: 'Mutes' }).getByText('ben').waitFor();
    await ana.button('2 people').click();
    await ana.button('Moderate ben').click();
    await ana.button('Unmute').click();
    await ben.page.getByText(/^You are muted/).waitFor({ state: 'hidden' });
    await ben.say('sorry');
    await ana.sees('sorry');
  });

  test('block words, links and repeats', async () => {
    const { ana, ben } = await hosted();
    await ana.button('Rules').click();
    const rules = ana.page.getByRole('form', { name: 'Rules' });
    await rules.getByLabel('Blocked words and phrases, one a line').fill('spam\n buy now \n');
    await rules.getByLabel('No links').check();
    await ana.button('Save rules').click();
    await rules.waitFor({ state: 'hidden' });
    await ben.say('s p a m');
    await ben.say('see https://example.com');
    await ben.say('hello');
    await ana.sees('hello');
    expect(await ana.log.getByText(/s p a m|example/).count()).toBe(0);
    await ana.button('Rules').click();
    const words = rules.getByLabel('Blocked words and phrases, one a line');
    await words.waitFor();
    expect(await words.inputValue()).toBe('spam\nbuy now');
    expect(await rules.getByLabel('No links').isChecked()).toBe(true);
    expect(await rules.getByLabel('No repeats').isChecked()).toBe(false);
  });

  test('change the reactions', async () => {
    const { ana, ben } = await hosted();
    await ben.button('👍').waitFor();
    const field = ana.page.getByLabel('Reactions, with spaces between');
    expect(await field.inputValue()).toBe('👍 ❤️ 😂 👏 🎉 🔥');
    await field.fill('🚀 👀');
    await ana.button('Set reactions').click();
    await ben.button('🚀').waitFor();
    await ben.button('👍').waitFor({ state: 'hidden' });
    await field.fill('');
    await ana.button('Set reactions').click();
    await ben.button('🚀').waitFor({ state: 'hidden' });
  });

  test('end the event', async () => {
    const { eventId, ana, ben } = await hosted();
    await ben.say('last words');
    await ana.sees('last words');
    await ana.button('End event').click();
    await ana.button('Yes, end it for all').click();
    await ben.page.getByText('This event has ended.').waitFor();
    await ben.sees('last words');
    expect((await http(`/${eventId}`)).body.status).toBe('ended');
  });
});
