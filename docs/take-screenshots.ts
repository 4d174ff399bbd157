import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../test/browser/find-browser.ts';

/** `npm run screenshots`: three people chat on a stack of their own, and two of them look at it (docs/images). */

const PORT = '5099';
const images = fileURLToPath(new URL('images/', import.meta.url));

const talk = [
  ['ana', 'Welcome everybody! We start in two minutes 👋'],
  ['ana', 'The slides are at https://example.com/slides'],
  ['ben', 'Is the sound all right on your side?'],
  ['ana', 'Loud and clear.'],
  ['Cleo', 'Question for later: what happens when two people send at the same moment?'],
  ['ben', 'Everybody sees both, in the same order 🚀'],
] as const;

async function startChat() {
  const script = fileURLToPath(new URL('../start.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script], {
    env: { ...process.env, PORT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Not destroyed: it would not survive that nobody takes its next line.
  const lines = child.stdout.iterator({ destroyOnReturn: false });
  for await (const chunk of lines) if (`${chunk}`.includes('Ctrl-C')) break;
  // Nobody reads on, and it must not wait for that.
  child.stdout.resume();
  return child;
}

async function enter(browser: Browser, name: string, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({
    colorScheme,
    locale: 'en-GB',
    viewport: { width: 960, height: 600 },
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  await page.goto(`http://localhost:${PORT}/`);
  await page.getByRole('link', { name: 'Opening keynote' }).click();
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  return page;
}

const path = findBrowser();
if (!path) process.exit(1);
const chat = await startChat();
const browser = await launchBrowser(path);
try {
  const ana = await enter(browser, 'ana', 'light');
  const pages = {
    ana,
    ben: await enter(browser, 'ben', 'dark'),
    Cleo: await enter(browser, 'Cleo', 'light'),
  };
  await ana.getByRole('button', { name: 'Become host' }).click();
  await ana.getByRole('button', { name: 'Host tools' }).waitFor();
  for (const [name, text] of talk) {
    await pages[name].getByRole('textbox', { name: 'Message', exact: true }).fill(text);
    await pages[name].keyboard.press('Enter');
    for (const page of Object.values(pages)) await page.getByRole('log').getByText(text).waitFor();
  }
  for (const page of Object.values(pages)) await page.getByRole('button', { name: '🎉' }).first().click();
  // A client tells of typing every few seconds at most, and this one has just written.
  await pages.Cleo.waitForTimeout(4_000);
  await pages.Cleo.getByRole('textbox', { name: 'Message', exact: true }).pressSequentially('Nice');
  for (const [name, page] of [['light', ana] as const, ['dark', pages.ben] as const]) {
    await page.getByText('Cleo is typing').waitFor();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${images}page-${name}.png` });
  }
} finally {
  await browser.close();
  chat.kill('SIGINT');
  await once(chat, 'exit');
}
