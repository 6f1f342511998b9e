import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { removeDeadTemporaryFiles } from '../../../src/system/temporary-files.ts';

it('I10: temporary files of processes that were killed go; those of living ones, new ones and all others stay', () => {
  const root = mkdtempSync(join(tmpdir(), 'kanban-temporary-'));
  try {
    const { pid: dead } = spawnSync('true');
    const make = (path: string, isOld = true): string => {
      const full = join(root, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, '');
      if (isOld) utimesSync(full, 1, 1);
      return full;
    };
    const go = [
      make(`.git/kanban-attributes-${dead}-0123abcd`),
      make(`.git/kanban-attributes-${dead}-0123abcd.lock`),
      make(`.git/worktrees/T-1/kanban-rescue-${dead}-0123abcd`),
      make(`.git/worktrees/T-1/kanban-index-${dead}-0123abcd`),
      make(`.git/kanban/clone.json.${dead}.0123abcd`),
      make(`.kanban/mailbox/1.json.${dead}.0123abcd`),
    ];
    const stay = [
      make(`.git/kanban-attributes-${process.pid}-0123abcd`),
      make(`.git/kanban-attributes-${dead}-0123abce`, false),
      make(`.git/index.${dead}.0123abcd`),
      make('.git/kanban/clone.json'),
      make(`.kanban/runs/a.${dead}.0123abcd`),
    ];
    expect(new Set(removeDeadTemporaryFiles(root, join(root, '.git')))).toEqual(new Set(go));
    expect([...go, ...stay].filter((path) => existsSync(path))).toEqual(stay);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
