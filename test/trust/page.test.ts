import { describe, test } from 'vitest';
import { newEvent } from '../support/tokens.ts';
import { executablePath, Visitor } from '../web/visitor.ts';

describe('the page, with tokens of the local issuer', { skip: !executablePath }, () => {
  test('signs in as whoever one likes to be', async () => {
    const name = `Signed ${Date.now()}`;
    const eventId = await newEvent({ name });
    const ana = await Visitor.open(`/#/events/${eventId}`);
    await ana.page.getByText('Sign in to join.').waitFor();
    await ana.button('Ana').click();
    await ana.button('Join').click();
    await ana.isIn('Live');
    await ana.say('hello');

    const moderator = await Visitor.open(`/#/events/${eventId}`);
    await moderator.button('Moderator').click();
    await moderator.button('Join').click();
    await moderator.sees('hello');
    await moderator.button('Host tools').click();
    await moderator.button('Pause').click();
    await ana.page.getByText('Paused: only moderators can write.').waitFor();
    await moderator.button('Audit log').click();
    await moderator.page.getByRole('list', { name: 'Audit log' }).getByText('updateEvent').waitFor();
  });

  test('lets operators make events, and nobody else', async () => {
    const visitor = await Visitor.open('/');
    await visitor.button('Ana').click();
    await visitor.button('Sign out').waitFor();
    await visitor.button('New event').waitFor({ state: 'hidden' });
    await visitor.button('Sign out').click();
    await visitor.button('Operator').click();
    await visitor.button('New event').click();
    await visitor.page.getByLabel('Name', { exact: true }).fill('Made by an operator');
    await visitor.button('Create').click();
    await visitor.page.getByRole('heading', { name: 'Made by an operator' }).waitFor();
  });
});
