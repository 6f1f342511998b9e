import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { until } from '../e2e/rig/until.ts';
import { it } from './rig/page.ts';
import { picture } from './rig/picture.ts';

const LONG = { timeout: 60_000 };

describe.concurrent('a state of its own', () => {
  it('an empty board says how to begin', async ({ opened }) => {
    const { page } = await opened({ todo: '' });
    await page.getByText('Nothing is on the board').waitFor(LONG);
    await page.getByText('kanban add "Fix the login crash"').waitFor();
    await picture(page, 'empty');
  });

  it('a search that finds nothing can be cleared', async ({ opened }) => {
    const { page } = await opened({ todo: '## T-1: First\n' });
    await page.locator('.entry').waitFor(LONG);
    await page.locator('#search').fill('nothing like that');
    await page.getByText('No entry is like that').waitFor();
    await picture(page, 'no-fit');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.locator('.entry').waitFor();
  });

  it('without a coordinator it says how to start one, and when one has gone', async ({ opened }) => {
    const { kanban, page } = await opened({ todo: '## [PAUSED] T-1: First\n\n## T-2: Second\n' });
    kanban.plan('task', 'pause working');
    await page.getByText('no coordinator runs: nothing starts or lands').waitFor(LONG);
    await page.getByRole('button', { name: 'How to start one' }).click();
    await page.getByRole('dialog').getByText('kanban run', { exact: true }).waitFor();
    await picture(page, 'no-coordinator');
    await page.keyboard.press('Escape');
    const coordinator = kanban.start();
    await page.getByText('no coordinator runs').waitFor({ state: 'detached', ...LONG });
    await kanban.at('working');
    coordinator.signal('SIGTERM');
    await page.getByText('the coordinator has ended: nothing starts or lands').waitFor(LONG);
    await picture(page, 'coordinator-gone');
  });

  it('broken settings are shown until they are fixed', async ({ opened }) => {
    const { kanban, page } = await opened({ todo: '## [PAUSED] T-1: First\n' });
    kanban.start();
    await page.getByText('no coordinator runs').waitFor({ state: 'detached', ...LONG });
    const broken = page.locator('.banner').filter({ hasText: 'capcity' });
    const settings = kanban.read('WORKFLOW.md');
    kanban.write('WORKFLOW.md', settings.replace('base: main', 'base: main\ncapcity: 3'));
    await broken.waitFor(LONG);
    await picture(page, 'settings');
    kanban.write('WORKFLOW.md', settings);
    await broken.waitFor({ state: 'detached', ...LONG });
  });

  it('a column that is no text stops the work, and says so once', async ({ opened }) => {
    const { kanban, page } = await opened({ todo: '## T-1: First\n\n## T-2: Second\n' });
    await page.locator('.entry').nth(1).waitFor(LONG);
    const column = join(kanban.root, 'board/TODO.md');
    const text = readFileSync(column);
    writeFileSync(column, Buffer.concat([text, Buffer.from([0x23, 0xff, 0xfe, 0x0a])]));
    const broken = page.locator('.banner').filter({ hasText: 'board/TODO.md is not UTF-8 text' });
    await broken.waitFor(LONG);
    await picture(page, 'no-text');
    writeFileSync(column, text);
    await broken.waitFor({ state: 'detached', ...LONG });
    await page.getByText('Second').waitFor();
  });

  it('a column that is no file stops the work, and its committed text stays in sight', async ({ opened, expect }) => {
    const { kanban, page } = await opened({ todo: '## T-1: First\n\n## T-2: Second\n' });
    await page.locator('.entry').nth(1).waitFor(LONG);
    const column = join(kanban.root, 'board/TODO.md');
    renameSync(column, `${column}.aside`);
    mkdirSync(column);
    const broken = page.locator('.banner.bad').filter({ hasText: 'board/TODO.md cannot be read' });
    await broken.waitFor(LONG);
    expect(await page.locator('.banner').first().textContent()).toContain('board/TODO.md cannot be read');
    expect(await page.locator('.entry .title').allTextContents()).toEqual(['First', 'Second']);
    await picture(page, 'no-file');
    rmdirSync(column);
    renameSync(`${column}.aside`, column);
    await broken.waitFor({ state: 'detached', ...LONG });
  });

  it('a board that cannot be read keeps what was read last, and says what to do', async ({ opened, expect }) => {
    const { kanban, page, serve } = await opened({ todo: '## T-1: First\n\n## T-2: Second\n' });
    await page.locator('.entry').nth(1).waitFor(LONG);
    kanban.git('branch', '-m', 'main', 'elsewhere');
    const broken = page.getByRole('alert').filter({ hasText: 'The board cannot be read now' });
    await broken.waitFor(LONG);
    expect(await page.locator('.entry .title').allTextContents()).toEqual(['First', 'Second']);
    await picture(page, 'unreadable');
    const late = await page.context().newPage();
    await late.goto(await serve().address());
    await late.getByText('Nothing could be read yet.').waitFor(LONG);
    await picture(late, 'unreadable-first');
    kanban.git('branch', '-m', 'elsewhere', 'main');
    await broken.waitFor({ state: 'detached', ...LONG });
    await late.locator('.entry').nth(1).waitFor(LONG);
  });

  it('10,000 entries are a few hundred elements, and each can be reached', async ({ opened }) => {
    const { page } = await opened({
      todo: Array.from({ length: 10_000 }, (_, index) => `## [PAUSED] T-${index + 1}: Part ${index + 1}\n`).join('\n'),
    });
    await page.locator('.entry').first().waitFor(LONG);
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(2_000);
    await page.keyboard.press('j');
    await page.keyboard.press('G');
    await page.getByText('Part 10000', { exact: true }).waitFor();
    await picture(page, 'many');
    await page.locator('#search').fill('part 4242');
    await until(() => page.url().includes('4242'), 'the search in the address');
    await page.getByText('Part 4242', { exact: true }).waitFor();
  });

  it('the address of --open is good once, and says so when it is not', async ({ opened, browser, expect }) => {
    const { served, address } = await opened({ todo: '## T-1: First\n' }, { served: ['--open'] });
    const given = await served.opened();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${given}&/board?q=first`);
    await page.locator('.entry').waitFor(LONG);
    expect(page.url()).toBe(`${new URL(address).origin}/#/board?q=first`);
    expect(await page.evaluate("sessionStorage.getItem('kanban-token')")).toBe(address.split('#t=')[1]);
    await page.reload();
    await page.locator('.entry').waitFor(LONG);
    const second = await context.newPage();
    await second.goto(given);
    await second.getByText('The address that --open gave to the browser is not good any more').waitFor(LONG);
    await picture(second, 'ticket-refused');
    await context.close();
  });

  it('without its token the page says what to open', async ({ opened, browser }) => {
    const { address } = await opened({ todo: '' });
    const page = await browser.newPage();
    await page.goto(new URL(address).origin);
    await page.getByText('This page needs the address that kanban printed').waitFor(LONG);
    await picture(page, 'token');
    await page.close();
  });
});
