import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { test as base } from 'vitest';
import { buildCli } from '../../rig/build-cli.ts';
import { Kanban, type Made } from '../../e2e/rig/kanban.ts';
import { chromiumPath } from './chromium-path.ts';
import { Served } from './served.ts';

/** A board in a browser. */
export interface Opened {
  readonly kanban: Kanban;
  readonly page: Page;
  readonly served: Served;
  readonly address: string;
  /** Another server of the same board. */
  serve(...args: string[]): Served;
  /** Another tab with the same board. */
  tab(options?: BrowserContextOptions): Promise<Page>;
  /** What the console of any tab complained about. */
  readonly errors: string[];
}

interface Open {
  readonly served?: readonly string[];
  readonly browser?: BrowserContextOptions;
}

const LAPTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' };

/** `it` for tests of the page: `opened` serves a repository made for it, and shows it. All of it ends after its test. */
export const it = base.extend<{
  cli: string;
  browser: Browser;
  opened: (made: Made | ((cli: string) => Kanban), how?: Open) => Promise<Opened>;
}>({
  cli: [
    // eslint-disable-next-line no-empty-pattern -- vitest reads a fixture's needs from this pattern
    async ({}, use) => use((await buildCli()).cli),
    { scope: 'file' },
  ],
  browser: [
    // eslint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
      await use(browser);
      await browser.close();
    },
    { scope: 'file' },
  ],
  opened: async ({ cli, browser }, use) => {
    const ends: (() => Promise<void>)[] = [];
    await use(async (made, { served: args = [], browser: options = {} } = {}) => {
      const kanban = typeof made === 'function' ? made(cli) : new Kanban(cli, made);
      ends.push(() => kanban.remove());
      const serve = (...more: string[]): Served => {
        const served = new Served(cli, kanban, ...more);
        ends.push(() => served.end());
        return served;
      };
      const served = serve(...args);
      const address = await served.address();
      const errors: string[] = [];
      const tab = async (own: BrowserContextOptions = {}): Promise<Page> => {
        const context = await browser.newContext({ ...LAPTOP, ...options, ...own });
        ends.push(() => context.close());
        const page = await context.newPage();
        // A server that reads 10,000 entries for the first time answers late on a busy machine.
        page.setDefaultNavigationTimeout(90_000);
        page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
        page.on('pageerror', (error) => errors.push(error.message));
        await page.goto(address);
        return page;
      };
      return { kanban, page: await tab(), served, address, serve, tab, errors };
    });
    for (const end of ends.toReversed()) await end();
  },
});
