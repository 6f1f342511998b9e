import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { Kanban } from '../e2e/rig/kanban.ts';
import { it } from './rig/page.ts';
import { picture } from './rig/picture.ts';

const LONG = { timeout: 60_000 };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

const entries = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const fields = ['', '- priority: P1\n', '- depends: T-1\n', '- priority: P4\n'][index % 4];
    return `## T-${from + index}: Part ${from + index} of the work on the settings\n\n${fields}\n`;
  }).join('');

/** 40 entries, most of them in TODO. */
function fortyEntries(cli: string): Kanban {
  const kanban = new Kanban(cli, { todo: entries(1, 27) });
  kanban.write('board/IN_PROGRESS.md', `# IN_PROGRESS\n\n${entries(28, 6)}`);
  kanban.write('board/REVIEW.md', `# REVIEW\n\n${entries(34, 4)}`);
  kanban.write('board/TESTING.md', `# TESTING\n\n${entries(38, 3)}`);
  kanban.git('commit', '-q', '-a', '-m', 'entries');
  return kanban;
}

/** Entries of which every pixel is in sight, by column. */
const inSight = async (page: Page): Promise<Record<string, number>> =>
  (await page.evaluate(`Object.fromEntries([...document.querySelectorAll('.column')].map((column) => {
    const box = column.querySelector('.scroller').getBoundingClientRect();
    const rows = [...column.querySelectorAll('.entry')].map((entry) => entry.getBoundingClientRect());
    return [column.dataset.column, rows.filter(({ top, bottom }) => top >= box.top && bottom <= Math.min(box.bottom, innerHeight)).length];
  }))`)) as Record<string, number>;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);

const rowHeight = async (page: Page): Promise<number | undefined> =>
  (await page.locator('.entry').first().boundingBox())?.height;

describe.concurrent('compact rows', () => {
  it('show 40 entries at once on a laptop, by a key, and stay after a reload', async ({ opened, expect }) => {
    const { page, errors } = await opened(fortyEntries);
    await page.locator('.entry').first().waitFor(LONG);
    await page.locator('.banner').waitFor(LONG);
    const frame = (): Promise<unknown> =>
      page.evaluate(`[...document.querySelectorAll('.top > *, .foot, .column, .column > header, .note-field')]
        .map((one) => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height]; })`);
    const before = await frame();
    expect(sum(await inSight(page))).toBeLessThan(40);
    await page.keyboard.press('z');
    await expect.poll(() => rowHeight(page)).toBe(24);
    await expect.poll(() => inSight(page)).toEqual({ TODO: 27, IN_PROGRESS: 6, REVIEW: 4, TESTING: 3 });
    expect(await frame()).toEqual(before);
    await picture(page, 'compact');
    await page.evaluate(axe.source);
    expect(await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id }) => id))')).toEqual([]);
    await page.reload();
    await page.locator('.entry.line').first().waitFor(LONG);
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'compact-dark');
    await page.evaluate(axe.source);
    expect(await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id }) => id))')).toEqual([]);
    await page.keyboard.press('z');
    await expect.poll(() => rowHeight(page)).toBe(40);
    expect(errors).toEqual([]);
  });

  it('are switched in the help of the keys too, and every key works in them', async ({ opened, expect }) => {
    const { page } = await opened(fortyEntries);
    await page.locator('.entry').first().waitFor(LONG);
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByRole('checkbox', { name: /Compact rows/ }).check();
    await picture(page, 'compact-help');
    await page.keyboard.press('Escape');
    await page.locator('.entry.line').first().waitFor();
    for (const key of ['j', 'j', 'l', 'j']) await page.keyboard.press(key);
    await expect.poll(() => page.evaluate("document.activeElement?.getAttribute('data-name')")).toBe('T-30');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'T-30' }).waitFor();
  });

  it('do not come on a phone, and nowhere by themselves where nothing can be kept', async ({ opened, expect }) => {
    const { page, tab } = await opened(fortyEntries);
    await page.locator('.entry').first().waitFor(LONG);
    await page.addInitScript("Object.defineProperty(window, 'localStorage', { get() { throw new Error('closed'); } })");
    await page.reload();
    await page.locator('.entry').first().waitFor(LONG);
    expect(await rowHeight(page)).toBe(40);
    await page.keyboard.press('z');
    await expect.poll(() => rowHeight(page)).toBe(24);
    const phone = await tab(PHONE);
    await phone.locator('.entry').first().waitFor(LONG);
    await phone.evaluate("localStorage.setItem('kanban-density', 'compact')");
    await phone.reload();
    await phone.locator('.entry').first().waitFor(LONG);
    expect(await rowHeight(phone)).toBe(40);
    await phone.setViewportSize({ width: 844, height: 390 });
    await expect.poll(() => rowHeight(phone)).toBe(24);
  });
});
