import { describe, expect, test } from 'vitest';
import { createEvent, enter } from '../support/chat.ts';
import { executablePath, Visitor } from './visitor.ts';

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
const colours = ['light', 'dark'] as const;

describe('the page', { skip: !executablePath }, () => {
  test('has nothing that axe complains about, light or dark', async () => {
    const eventId = await createEvent('An event to look at');
    const ana = await Visitor.open('/');
    const violations = async () => {
      const found: unknown[] = [];
      for (const colorScheme of colours) {
        await ana.page.emulateMedia({ colorScheme });
        found.push(...(await ana.violations()).map((violation) => `${colorScheme}: ${violation}`));
      }
      return found;
    };
    await ana.page.getByRole('link', { name: 'An event to look at' }).first().waitFor();
    expect(await violations()).toEqual([]);

    await ana.page.goto(new URL(`/#/events/${eventId}`, ana.page.url()).href);
    await ana.page.getByLabel('Your name').waitFor();
    expect(await violations()).toEqual([]);

    await ana.join('ana');
    const ben = await enter(eventId, 'ben');
    await ben.request('sendMessage', { text: 'hello, see https://example.com' });
    await ana.say('hi');
    await ana.sees('hi');
    await ben.request('sendMessage', { text: 'an answer', replyTo: 1 });
    await ana.sees('an answer');
    await ana.button('👍').click();
    await ana.button('Reply to ben').last().click();
    await ana.button('Become host').click();
    await ana.button('Host tools').click();
    await ana.page.getByLabel('Announcement').fill('Welcome');
    await ana.page.getByLabel('Pin it').check();
    await ana.button('Announce').click();
    await ana.page.getByRole('region', { name: 'Pinned' }).waitFor();
    await ana.button('Audit log').click();
    await ana.button('Bans').click();
    await ana.page.getByText('Nobody is banned.').waitFor();
    await ana.button('Emoji').click();
    await ana.button('Frames').click();
    expect(await violations()).toEqual([]);
    await ana.button('Moderate the message of ben').first().click();
    expect(await violations()).toEqual([]);
  });

  test('fits a phone', async () => {
    const eventId = await createEvent('An event with a name that is much too long for the width of a phone');
    const ana = await Visitor.open('/', phone);
    await ana.page
      .getByRole('link', { name: /much too long/ })
      .first()
      .waitFor();
    expect(await ana.overflow()).toBe(0);
    await ana.page.goto(new URL(`/#/events/${eventId}`, ana.page.url()).href);
    await ana.join('ana');
    await ana.say(`${'x'.repeat(300)} https://example.com/${'y'.repeat(300)}`);
    await ana.sees(/^x+ /);
    expect(await ana.overflow()).toBe(0);
    await ana.button('More').click();
    for (const control of [ana.field, ana.button('Send'), ana.button('Leave'), ana.button('1 person')]) {
      const { x = -1, y = -1, width = 0, height = 0 } = (await control.boundingBox()) ?? {};
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(360);
      expect(y + height).toBeLessThanOrEqual(640);
    }
    await ana.button('1 person').click();
    await ana.page.getByText('ana (you)').waitFor();
    await ana.button('Close').click();
    await ana.field.click();
  });

  test('needs nothing but a keyboard', async () => {
    const name = `Keys ${Date.now()}`;
    await createEvent(name);
    const { page, ...ana } = await Visitor.open('/');
    await page.getByRole('link', { name }).waitFor();
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
      });
    const tabTo = async (what: string | RegExp, key = 'Tab') => {
      for (let n = 0; n < 60; n += 1) {
        await page.keyboard.press(key);
        if ((await focused()).match(what)) return;
      }
      throw new Error(`Tab does not lead to ${what}`);
    };
    await tabTo(name);
    await page.keyboard.press('Enter');
    const field = page.getByLabel('Your name');
    await field.waitFor();
    for (let n = 0; n < 20 && !(await field.evaluate((it) => it === document.activeElement)); n += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type('ana');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    expect(await focused()).toBe('Message');
    await page.keyboard.type('typed');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('in two lines');
    await page.keyboard.press('Enter');
    await page.getByText('typed\nin two lines').waitFor();
    await tabTo('Emoji');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('thumbs up');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await tabTo('Send');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('👍').waitFor();
    // One stop for the buttons of all messages.
    await tabTo('Reply to ana', 'Shift+Tab');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByText('Reply to ana: typed').waitFor();
    expect(await focused()).toBe('Message');
    expect(ana.context.pages()).toHaveLength(1);
  });

  test('keeps the colours that were chosen', async () => {
    const ana = await Visitor.open('/', { colorScheme: 'light' });
    const background = () => ana.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await ana.button(/Change to light/).click();
    await ana.button(/Change to dark/).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await ana.page.reload();
    await ana.button(/Colours: dark/).waitFor();
    expect(await background()).toBe(dark);
  });
});
