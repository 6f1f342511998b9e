import { describe, expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { until } from '../e2e/rig/until.ts';
import { it } from './rig/page.ts';

const column = (page: Page, name: string): Locator => page.locator(`.column[data-column="${name}"]`);
const row = (page: Page, id: string): Locator => page.locator(`.entry[data-name="${id}"]`);
const toast = (page: Page): Locator => page.locator('.toast');
const LONG = { timeout: 60_000 };

describe.concurrent('the board in a browser', () => {
  it('shows an entry live from its note to its landing', async ({ opened }) => {
    const { kanban, page, errors } = await opened({ todo: '' });
    await page.getByText('Nothing is on the board').waitFor();
    kanban.plan('T-1.task', "pause working\nsave T-1.txt 'work' && commit && report done");
    kanban.start();
    await page.locator('#note').fill('Fix the login crash');
    await page.locator('#note').press('Enter');
    await toast(page).getByText('T-1 added').waitFor(LONG);
    await column(page, 'IN_PROGRESS').getByText('Fix the login crash').waitFor(LONG);
    await kanban.at('working');
    await row(page, 'T-1').locator('.state').getByText('task').waitFor(LONG);
    kanban.go('working');
    await page.locator('.landing').getByText('Fix the login crash').waitFor(LONG);
    await page.locator('.entry').waitFor({ state: 'detached', ...LONG });
    expect(errors).toEqual([]);
  });

  it('puts first what waits for approval, and approves what was seen', async ({ opened }) => {
    const { kanban, page } = await opened({
      todo: '## T-1: Move the sessions\n\n- approve: start\n\n## T-2: Another\n',
    });
    kanban.plan('T-2.task', 'pause working');
    kanban.start();
    const strip = page.locator('.needs');
    await strip.getByText('Move the sessions').waitFor(LONG);
    await strip.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog', { name: 'Approve T-1' });
    await dialog.getByText('kanban approve T-1').waitFor();
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.locator('.landing').getByText('Move the sessions').waitFor(LONG);
    await strip.waitFor({ state: 'detached' });
  });

  it('sends comments on lines of a diff back to the task agent, with file, line and text', async ({ opened }) => {
    const { kanban, page, address } = await opened({ todo: '## T-1: Limit the requests\n' });
    kanban.plan('T-1.task.1', "save src/limit.ts 'export const LIMIT = 5;' && commit && report done");
    kanban.plan('T-1.task.2', 'pause again');
    kanban.plan('T-1.reviewer', 'pause reviewing');
    kanban.start();
    await kanban.at('reviewing');
    await page.goto(`${address}&/entry/T-1/diff`);
    await page.locator('.d-line.added code').getByText('export const LIMIT = 5;').click(LONG);
    await page.keyboard.press('c');
    await page.getByRole('textbox', { name: 'Comment' }).fill('Read it from the settings.');
    await page.keyboard.press('Control+Enter');
    await page.locator('.review-bar').getByText('1 comment').waitFor();
    await page.reload();
    await page.locator('.review-bar').getByRole('button', { name: 'Send back' }).click(LONG);
    await kanban.at('again');
    const prompt = kanban.prompt('T-1', 'task', 2);
    expect(prompt).toContain('src/limit.ts:1');
    expect(prompt).toContain('export const LIMIT = 5;');
    expect(prompt).toContain('Read it from the settings.');
  });

  it('refuses a drag that has no meaning, with the reason', async ({ opened }) => {
    const { kanban, page } = await opened({ todo: '## T-1: First\n\n## T-2: Second\n' });
    await row(page, 'T-2').waitFor(LONG);
    await page.locator('.entry[draggable="true"]').first().waitFor(LONG);
    await row(page, 'T-2').dragTo(column(page, 'REVIEW'));
    await toast(page).getByText(/T-2/).waitFor(LONG);
    expect(await toast(page).textContent()).toMatch(/nothing|no commit|branch/);
    expect(kanban.headings('TODO')).toEqual(['T-1: First', 'T-2: Second']);
    await row(page, 'T-2').dragTo(row(page, 'T-1'), { targetPosition: { x: 20, y: 2 } });
    await until(
      () => kanban.headings('TODO')[0] === 'T-2: Second',
      () => `T-2 on top\n${kanban.column('TODO')}`,
    );
  });

  it('never writes over what another tab has written', async ({ opened }) => {
    const { kanban, page, tab } = await opened({ todo: '## T-1: First\n\nThe text.\n' });
    const other = await tab();
    for (const one of [page, other]) {
      await row(one, 'T-1').click(LONG);
      await one.keyboard.press('e');
      await one.getByRole('textbox', { name: 'Text of T-1' }).waitFor(LONG);
    }
    const edit = async (one: Page, text: string): Promise<void> => {
      const field = one.getByRole('textbox', { name: 'Text of T-1' });
      await field.fill((await field.inputValue()).replace('The text.', text));
      await one.getByRole('button', { name: 'Save' }).click();
    };
    await edit(page, 'Of the first tab.');
    await until(
      () => kanban.column('TODO').includes('Of the first tab.'),
      () => kanban.column('TODO'),
    );
    await edit(other, 'Of the second tab.');
    await other.getByRole('alert').getByText('Of the first tab.').waitFor(LONG);
    expect(kanban.column('TODO')).toContain('Of the first tab.');
    await other.getByRole('button', { name: 'Save mine over it' }).click();
    await until(
      () => kanban.column('TODO').includes('Of the second tab.'),
      () => kanban.column('TODO'),
    );
  });

  it('says when the server is gone, and continues with the address of the next one', async ({ opened }) => {
    const { page, served, address, serve } = await opened({ todo: '## T-1: First\n' });
    const live = page.locator('.live');
    await live.getByText('live', { exact: true }).waitFor(LONG);
    await served.end('SIGKILL');
    await live.getByText('reconnecting').waitFor(LONG);
    await live.getByText('server gone').waitFor(LONG);
    await row(page, 'T-1').waitFor();
    const next = await serve('--port', new URL(address).port).address();
    await page.getByText('This page needs the address that kanban printed').waitFor(LONG);
    await page.goto(next);
    await live.getByText('live', { exact: true }).waitFor(LONG);
    await row(page, 'T-1').waitFor();
  });

  it('is used by keys alone', async ({ opened }) => {
    const { kanban, page } = await opened({ todo: '## T-1: First\n\n## T-2: Second\n\n## T-3: Third\n' });
    await row(page, 'T-1').waitFor(LONG);
    const focused = (): Promise<unknown> => page.evaluate("document.activeElement?.getAttribute('data-name')");
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    await expect.poll(focused).toBe('T-2');
    await page.keyboard.press('m');
    await page.getByRole('dialog', { name: 'Move T-2' }).getByRole('button', { name: /Top/ }).waitFor(LONG);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('T-2');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'T-2' }).waitFor();
    await page.keyboard.press('l');
    const link = page.getByRole('dialog', { name: /T-2 depend on/ });
    await link.getByRole('searchbox').fill('T-1');
    await page.keyboard.press('Enter');
    await until(
      () => kanban.column('TODO').includes('- depends: T-1'),
      () => kanban.column('TODO'),
    );
    await link.waitFor({ state: 'detached', ...LONG });
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('-blocked');
    await expect.poll(() => page.locator('.entry').count()).toBe(2);
    expect(page.url()).toContain('q=-blocked');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('next entry').waitFor();
  });

  it('shows all of it on a phone', async ({ opened }) => {
    const { page, kanban } = await opened(
      { todo: '## T-1: First, with a title that is longer than a phone is wide\n\n- [ ] done\n' },
      { browser: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    );
    await row(page, 'T-1').tap(LONG);
    const panel = page.getByRole('complementary', { name: 'T-1' });
    expect(await panel.boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
    await panel.getByRole('checkbox').tap(LONG);
    await until(
      () => kanban.column('TODO').includes('- [x] done'),
      () => kanban.column('TODO'),
    );
    await panel.getByRole('button', { name: 'Message…' }).tap();
    await page.getByRole('textbox', { name: /Message/ }).fill('half written');
    await page.reload();
    await panel.getByRole('button', { name: 'Message…' }).tap(LONG);
    expect(await page.getByRole('textbox', { name: /Message/ }).inputValue()).toBe('half written');
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(390);
  });

  it('changes nothing where the server is read-only', async ({ opened }) => {
    const { page } = await opened({ todo: '## T-1: First\n' }, { served: ['--read-only'] });
    await page.locator('.top').getByText('read-only').waitFor(LONG);
    await row(page, 'T-1').click();
    await page.getByRole('complementary').getByText('History').waitFor();
    expect(await page.getByRole('button', { name: /Move|Edit|Message|Add/ }).count()).toBe(0);
    await page.keyboard.press('m');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows by its number what is invisible, and sends it as it is', async ({ opened }) => {
    const { page, kanban } = await opened({ todo: '## T-1: First\u202E end\u2066\n\n- [ ] crit\u200Berion\n' });
    await row(page, 'T-1').getByText('First<U+202E> end<U+2066>').waitFor(LONG);
    await row(page, 'T-1').click();
    await page.getByRole('checkbox', { name: 'crit<U+200B>erion' }).click(LONG);
    await until(
      () => kanban.column('TODO').includes('- [x] crit\u200Berion'),
      () => kanban.column('TODO'),
    );
    expect(await page.content()).not.toMatch(/[\u202E\u2066\u200B]/);
  });

  it('says so where it fails, with a way back', async ({ opened }) => {
    const { page, address, errors } = await opened({ todo: '## T-1: First\n' });
    await page.goto(`${address}&/entry/%`);
    await row(page, 'T-1').waitFor(LONG);
    expect(errors.filter((text) => text.includes('URI'))).toEqual([]);
    await page.route('**/api/entry/T-1', (route) =>
      route.fulfill({ json: { id: 'T-1', html: 'x', feedbackHtml: '' } }),
    );
    await page.goto(`${address}&/entry/T-1`);
    const failed = page.getByRole('alert').filter({ hasText: 'This part of the page failed' });
    await failed.waitFor(LONG);
    await failed.getByRole('link', { name: 'To the board' }).click();
    await failed.waitFor({ state: 'detached' });
    await row(page, 'T-1').waitFor();
  });
});
