import { describe, expect, test } from 'vitest';
import { sayAtOnce } from '../client/rooms.ts';
import { createEvent, enter, http } from '../support/chat.ts';
import { executablePath, origin, Visitor } from './visitor.ts';

describe('the page', { skip: !executablePath }, () => {
  test('lists the events as links', async () => {
    const name = `Keynote ${Date.now()}`;
    await createEvent(name);
    const ana = await Visitor.open('/');
    await ana.page.getByRole('link', { name, exact: true }).click();
    await ana.page.getByRole('heading', { name }).waitFor();
    expect(new URL(ana.page.url()).hash).toMatch(/^#\/events\/[\w-]+$/);
    await ana.page.goBack();
    await ana.page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
  });

  test('makes an event on the local stack', async () => {
    const ana = await Visitor.open('/');
    await ana.button('New event').click();
    await ana.page.getByLabel('Name', { exact: true }).fill('Made on the page');
    await ana.button('Create').click();
    await ana.join('ana');
    await ana.page.getByRole('heading', { name: 'Made on the page' }).waitFor();
    // Whoever has joined can write at once.
    await ana.page.keyboard.type('first');
    await ana.page.keyboard.press('Enter');
    await ana.sees('first');
  });

  test('says that there is no such event', async () => {
    const ana = await Visitor.open('/');
    await ana.page.goto(`${origin()}/#/events/nothing-here`);
    await ana.page.getByText('There is no such event.').waitFor();
    // Browsers note every answer that is an error.
    expect(ana.complaints.splice(0)).toEqual([expect.stringContaining('404')]);
    await ana.page.getByRole('link', { name: 'All events' }).click();
  });

  test('lets people chat; who comes late sees what was said', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    const ben = await Visitor.enter(eventId, 'ben');
    await ana.say('hello');
    await ben.sees('hello');
    await ben.say('hi ana');
    await ana.sees('hello', 'hi ana');
    const cleo = await Visitor.enter(eventId, 'cleo');
    await cleo.sees('hello', 'hi ana');
    await ana.button('3 people').waitFor();
    expect(await ana.texts()).toEqual(['hello', 'hi ana']);
    const people = ana.page.getByRole('list', { name: 'People' }).getByRole('listitem');
    await people.nth(2).waitFor();
    expect(await people.locator('.name').allTextContents()).toEqual(['ana (you)', 'ben', 'cleo']);
  });

  test('shows who is typing', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    const ben = await enter(eventId, 'ben');
    await ben.request('typing', { isTyping: true });
    await ana.page.getByText('ben is typing…').waitFor();
    await ben.request('sendMessage', { text: 'done' });
    await ana.sees('done');
    await ana.page.getByText('ben is typing…').waitFor({ state: 'hidden' });
  });

  test('is back in the event, as the same person, after it was loaded again', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    await ana.say('before');
    await ana.sees('before');
    await ana.page.reload();
    await ana.isIn('Live');
    await ana.say('after');
    await ana.sees('before', 'after');
    const { messages } = (await http<Log>(`/${eventId}/messages`)).body;
    expect(new Set(messages.map(({ participant }) => participant.id)).size).toBe(1);
  });

  test('sends when it is back what was written offline, once', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    const ben = await Visitor.enter(eventId, 'ben');
    await ana.context.setOffline(true);
    await ana.isIn(/^Offline/);
    await ana.say('from the tunnel');
    await ana.log.getByText('Sending…').waitFor();
    await ben.say('where is ana?');
    await ana.context.setOffline(false);
    await ana.isIn('Live');
    await ben.sees('from the tunnel');
    await ana.log.getByText('Sending…').waitFor({ state: 'hidden' });
    await ana.sees('where is ana?');
    expect(await ana.texts()).toEqual(['where is ana?', 'from the tunnel']);
    // Browsers note every attempt to connect that fails.
    ana.complaints.splice(0);
  });

  test('shows text as text, and addresses as links', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    const ben = await enter(eventId, '<b>ben</b>');
    const text = '<img src=x onerror=alert(1)> see https://example.com/a?b=1. javascript:alert(1)';
    await ben.request('sendMessage', { text });
    await ana.sees(text);
    const links = ana.log.getByRole('link');
    expect(await links.evaluateAll((found) => found.map((link) => link.getAttribute('href')))).toEqual([
      'https://example.com/a?b=1',
    ]);
    expect(await ana.log.locator('img').count()).toBe(0);
  });

  test('loads older messages, and does not move while it does', async () => {
    const eventId = await createEvent();
    const said = await sayAtOnce(eventId, 120, (n) => `message ${n}`);
    const ben = await enter(eventId, 'ben');
    const ana = await Visitor.enter(eventId, 'ana');
    const at = (seq: number) => `${said[seq - 1]}`;
    await ana.sees(at(120));
    await ana.log.evaluate((log) => {
      log.scrollTop = 300;
    });
    const seen = ana.log.getByText(at(75), { exact: true });
    const before = (await seen.boundingBox())?.y ?? Number.NaN;
    const older = () => ana.button('Older messages').evaluate((button: HTMLElement) => button.click());
    await older();
    await ana.sees(at(25));
    expect(Math.abs(((await seen.boundingBox())?.y ?? Number.NaN) - before)).toBeLessThan(2);
    await older();
    await ana.sees(at(1));
    expect(await ana.texts()).toEqual(said);

    await ben.request('sendMessage', { text: 'news' });
    await ana.button(/^1 new message/).click();
    await ana.sees('news');
    await ana.button(/new message/).waitFor({ state: 'hidden' });
  });

  test('counts reactions for everybody', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana', { reducedMotion: 'no-preference' });
    const ben = await Visitor.enter(eventId, 'ben');
    for (let n = 0; n < 3; n += 1) await ana.button('🎉').click();
    for (const { page } of [ana, ben]) {
      const button = page.getByRole('button', { name: '🎉', exact: true });
      await button.and(page.getByTitle('3 times')).waitFor();
    }
  });

  test('replies, leads to what is answered, and shows nothing of it once it is deleted', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    const ben = await Visitor.enter(eventId, 'ben');
    await ana.say('Is there lunch?');
    await ben.log.getByText('Is there lunch?').hover();
    await ben.button('Reply to ana').click();
    await ben.page.getByText('Reply to ana: Is there lunch?').waitFor();
    expect(await ben.field.evaluate((field) => field === document.activeElement)).toBe(true);
    await ben.page.keyboard.type('At noon');
    await ben.page.keyboard.press('Enter');
    const quote = ana.button('ana Is there lunch?');
    await quote.click();
    const focused = () =>
      ana.page.evaluate(() => document.activeElement?.querySelector('.text')?.textContent);
    expect(await focused()).toBe('Is there lunch?');
    await http(`/${eventId}/messages/1`, { method: 'DELETE' });
    await ana.log.getByText('This message was deleted.').waitFor();
    expect(await ana.texts()).toEqual(['At noon']);
  });

  test('can be watched without a name, and says how many do', async () => {
    const eventId = await createEvent();
    const cleo = await Visitor.open(`/#/events/${eventId}`);
    await cleo.button('Watch only').click();
    await cleo.isIn('Live');
    const ana = await Visitor.enter(eventId, 'ana');
    await ana.button('1 person, 1 watching').waitFor();
    await ana.say('hello');
    await cleo.sees('hello');
    expect(await cleo.field.count()).toBe(0);
    expect(await cleo.button('👍').isDisabled()).toBe(true);
    expect(await cleo.violations()).toEqual([]);
    await cleo.page.reload();
    await cleo.sees('hello');
    await cleo.button('Take part').click();
    await cleo.join('cleo');
    await cleo.say('hi');
    await ana.sees('hi');
  });

  test('says why a message was rejected', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    await http(`/${eventId}`, { method: 'PATCH', body: { blockedWords: ['rubbish'] } });
    await ana.say('What rubbish!');
    await ana.log.getByText('Not sent. It has a word that is not allowed here.').waitFor();
    await ana.button('Discard').click();
    await ana.log.getByText('What rubbish!').waitFor({ state: 'hidden' });
  });

  test('shows the frames on the wire, without the secret of a guest', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    await ana.button('Frames').click();
    const frames = ana.page.getByRole('complementary', { name: 'Frames' });
    await ana.say('look at the wire');
    const summary = (of: RegExp) => frames.locator('summary').filter({ hasText: of }).first();
    await summary(/newMessage/).waitFor();
    await summary(/sendMessage/).click();
    await frames.getByText('"text": "look at the wire"').first().waitFor();
    await summary(/ack 1/).click();
    await frames.getByText('"participantToken": "…"').first().waitFor();
  });

  test('is another guest in a new window', async () => {
    const eventId = await createEvent();
    const ana = await Visitor.enter(eventId, 'ana');
    const opened = ana.context.waitForEvent('page');
    await ana.button('Open as somebody else').click();
    const page = await opened;
    await page.getByLabel('Your name').fill('ben');
    await page.getByRole('button', { name: 'Join' }).click();
    await ana.button('2 people').waitFor();
  });
});

interface Log {
  messages: { participant: { id: string } }[];
}
