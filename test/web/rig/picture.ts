import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const PICTURES = process.env['KANBAN_PICTURES'] ?? '';

/** Keeps a picture of the page in the folder that `KANBAN_PICTURES` names; none without it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === '') return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `state-${name}.png`) });
}
