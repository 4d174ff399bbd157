import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asyncApiDocument } from '../../functions/http/asyncapi-document.ts';
import { openApiDocument } from '../../functions/http/openapi-document.ts';
import { referencePage } from '../../web/reference/html.ts';
import { root } from '../support/doc-pages.ts';
import { findBrowser, launchBrowser } from './find-browser.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const executablePath = findBrowser();
const addresses = { style: '/reference.css', icon: 'data:,' };

describe.skipIf(!executablePath)('the reference page', () => {
  let browser: Browser;
  beforeAll(async () => {
    if (executablePath) browser = await launchBrowser(executablePath);
  });
  afterAll(() => browser?.close());

  test.for([
    ['light', 1_200],
    ['dark', 360],
  ] as const)('is accessible and not too wide: %s, %i pixels', async ([colorScheme, width]) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    await page.setContent(referencePage(openApiDocument('token'), asyncApiDocument(), addresses));
    await page.addStyleTag({ content: read('web/reference/reference.css') });
    await page.addScriptTag({ content: read('node_modules/axe-core/axe.min.js') });
    const violations: unknown[] = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
    );
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await context.close();
  });
});
