import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './rig/page.ts';
import { shownBoard } from './rig/shown-board.ts';

/** A folder for pictures of every view, in every width, dark and light; none are made without it. */
const PICTURES = process.env['KANBAN_PICTURES'] ?? '';

/** What shows that a view is there. */
const VIEWS: readonly (readonly [name: string, hash: string, there: string])[] = [
  ['board', '/board', '.entry'],
  ['entry', '/entry/T-5', '.panel .md'],
  ['runs-of-entry', '/entry/T-8/runs', '.panel .run'],
  ['diff', '/entry/T-8/diff', '.panel .d-line'],
  ['log', '/entry/T-7/log', '.panel .output'],
  ['history', '/entry/T-8/history', '.panel .history li'],
  ['graph', '/graph?show=T-21', '.node'],
  ['queue', '/queue', '.queue'],
  ['runs', '/runs', '.ended li'],
  ['metrics', '/metrics', '.chart canvas'],
];
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  // What fits these two fits this one.
  ...(PICTURES === '' ? [] : [{ width: 1024, height: 768 }]),
];
const LONG = { timeout: 60_000 };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** What axe finds, each with the element and how to fix it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as readonly Violation[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}

async function look(browser: Browser, address: string, scheme: 'light' | 'dark'): Promise<string[]> {
  const wrong: string[] = [];
  for (const viewport of SIZES) {
    const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const where = `${viewport.width} ${scheme}`;
    page.on('console', (message) => void (message.type() === 'error' && wrong.push(`${where}: ${message.text()}`)));
    page.on('pageerror', (error) => wrong.push(`${where}: ${error.message}`));
    for (const [name, hash, there] of VIEWS) {
      await page.goto(`${address}&${hash}`);
      await page.locator(there).first().waitFor(LONG);
      const overflow = await page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
      if (overflow !== 0) wrong.push(`${name} ${where}: ${String(overflow)} px too wide`);
      if (viewport.width !== 1024) wrong.push(...(await violations(page)).map((text) => `${name} ${where}: ${text}`));
      if (PICTURES !== '') await page.screenshot({ path: join(PICTURES, `${name}-${viewport.width}-${scheme}.png`) });
    }
    await context.close();
  }
  return wrong;
}

describe('every view', () => {
  it('has no fault that axe finds, in dark and light, and fits every width', async ({ opened, browser }) => {
    const { kanban, address } = await opened(shownBoard);
    if (PICTURES !== '') mkdirSync(PICTURES, { recursive: true });
    kanban.start();
    for (const name of ['reviewing', 'testing', 'working']) await kanban.at(name);
    await kanban.shows('status', /T-11 .*task/);
    expect([...(await look(browser, address, 'light')), ...(await look(browser, address, 'dark'))]).toEqual([]);
  }, 400_000);
});
