import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';

describe('line ends that git converts (core.autocrlf)', () => {
  it.concurrent('the disk stays CRLF, base stays LF, and no commit is made of it (I1, I7)', async ({ made }) => {
    const kanban = made({
      todo: '## T-1: Say hello\n\nWrite it down.\n\n## T-2: A thing\n\nDo it.\n\n## T-3: Later\n\nOne day.\n',
    });
    kanban.git('config', 'core.autocrlf', 'true');
    kanban.git('rm', '-q', '-r', '--cached', '.');
    kanban.git('reset', '-q', '--hard');
    expect(kanban.read('board/TODO.md')).toContain('\r\n');
    kanban.plan('task', 'save hello-$KANBAN_TASK.txt hello && commit && report done "It says hello"');
    const added = kanban.kanban('add', 'By a command');
    expect(added.code, added.err).toBe(0);
    const gone = kanban.kanban('abandon', 'T-3', '--why', 'not wanted');
    expect(gone.code, gone.err).toBe(0);
    // The user's edit, saved with the line ends that their editor found.
    kanban.write('board/TODO.md', kanban.read('board/TODO.md').replace('Do it.', 'Do it well.'));
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectQuiet();
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2', 'T-4']);
    expect(kanban.git('status', '--short')).toBe('');
    for (const path of ['board/TODO.md', 'board/TESTING.md', 'CHANGELOG.md']) {
      expect(kanban.git('show', `HEAD:${path}`), path).not.toContain('\r');
      expect(readFileSync(kanban.path(path), 'latin1'), path).not.toMatch(/[^\r]\n/);
    }
    expect(kanban.read('CHANGELOG.md')).toContain('not wanted');
    expect(kanban.subjects().filter((subject) => subject === 'kanban: board edited by hand')).toHaveLength(1);
    expect(kanban.git('log', '-p', '--format=', '--', 'board/TODO.md')).toContain('+Do it well.');
  });
});
