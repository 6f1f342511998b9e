import { test } from 'vitest';
import type { BuiltPackage } from '../../rig/build-cli.ts';
import { buildQuickCli } from '../../rig/build-quick-cli.ts';
import { Kanban, type Made } from './kanban.ts';

/**
 * `it` for end-to-end tests: the program is built once for all test files, and `made` makes a repository that is ended and
 * removed after its test. Tests mostly wait, so they run side by side (`it.concurrent`).
 */
export const it = test.extend<{ built: BuiltPackage; made: (what: Made) => Kanban }>({
  built: [
    // eslint-disable-next-line no-empty-pattern -- vitest reads a fixture's needs from this pattern
    async ({}, use) => use(await buildQuickCli()),
    { scope: 'file' },
  ],
  made: async ({ built }, use) => {
    const open: Kanban[] = [];
    await use((what) => {
      const kanban = new Kanban(built.cli, what);
      open.push(kanban);
      return kanban;
    });
    for (const kanban of open) await kanban.remove();
  },
});
