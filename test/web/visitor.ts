import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';
import { findBrowser, sharedBrowser } from '../browser/find-browser.ts';

export const executablePath = findBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where the page is. By its address: on `localhost` a browser takes no notice of the network's going. */
export const origin = (): string =>
  new URL(inject('chatUrl')).origin.replace(/^ws/, 'http').replace('//localhost:', '//127.0.0.1:');

/** Somebody with a browser of their own. What it complains about fails the test, unless the test takes it. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;

  /** What the browser has complained about: errors and warnings of its console, whatever the page threw. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') this.complaints.push(line.text());
    });
  }

  static async open(address: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const browser = await sharedBrowser(`${executablePath}`);
    // What moves takes time, and painting.
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
    onTestFinished(() => context.close());
    const visitor = new Visitor(context, await context.newPage());
    onTestFinished(() => {
      const beyondOffline = visitor.complaints.filter((line) => !line.includes('ERR_INTERNET_DISCONNECTED'));
      expect(beyondOffline).toEqual([]);
    });
    await visitor.page.goto(new URL(address, origin()).href);
    return visitor;
  }

  /** Opens an event and joins it. */
  static async enter(eventId: string, name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.open(`/#/events/${eventId}`, options);
    await visitor.join(name);
    return visitor;
  }

  async join(name: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.button('Join').click();
    await this.isIn('Live');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  get field(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** Waits until this text is among the messages. */
  async sees(...texts: (string | RegExp)[]): Promise<void> {
    for (const text of texts) await this.log.getByText(text, { exact: true }).waitFor();
  }

  /** Waits until the connection is in this state. */
  async isIn(state: string | RegExp): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: state }).waitFor();
  }

  /** The texts of the messages, as they stand. */
  texts(): Promise<string[]> {
    return this.log.locator('.message .text').allTextContents();
  }

  /** What axe finds wrong with the page as it is. */
  async violations(): Promise<string[]> {
    // As an expression: the page's policy lets no script in.
    await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<Results> } };
      const { violations } = await axe.run();
      return violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('\n')}`,
      );
    });
  }

  /** How many pixels wider than its window the page is. */
  overflow(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }
}

interface Results {
  violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[];
}
