import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
];

const missing = 'No browser to test with: `apt-get install chromium`, or name one in CHROMIUM_PATH';

/**
 * The Chromium or Chrome of this machine; `CHROMIUM_PATH` goes first, and is not checked.
 *
 * @returns `undefined`, with a line that says so, when there is none
 * @throws instead where `CI` is set: there nobody would notice tests that were left out
 */
export function findBrowser(): string | undefined {
  const path = process.env.CHROMIUM_PATH || usualPlaces.find((place) => existsSync(place));
  if (path) return path;
  if (process.env.CI) throw new Error(missing);
  console.warn(missing);
  return undefined;
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser without a window that asks nobody but the pages it is told to. */
export const launchBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: flags });

let shared: Promise<Browser> | undefined;

/** One for all files of a worker, which ends with it: to start a browser takes longer than most tests. */
export const sharedBrowser = (executablePath: string): Promise<Browser> => {
  shared ??= launchBrowser(executablePath);
  return shared;
};
