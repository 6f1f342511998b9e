import { existsSync, rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { Person } from './rig/person.ts';
import { until } from './rig/until.ts';

describe('a missing or stale entry is not a request to delete it (I1)', () => {
  it.concurrent('an old IN_PROGRESS.md, saved without the entry that came since: it stays, once', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const buffer = kanban.column('IN_PROGRESS');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there; report done');
    const coordinator = kanban.start();
    await kanban.at('there');
    await new Person(kanban, 'plain').save('IN_PROGRESS', `${buffer}\nA word above.\n`);
    const event = await coordinator.event('old-buffer-read');
    expect(event).toMatchObject({ file: 'board/IN_PROGRESS.md', restored: ['T-1'] });
    expect(kanban.headings('IN_PROGRESS')).toEqual(['T-1: One']);
    expect(kanban.column('IN_PROGRESS')).toContain('A word above.');
    expect(kanban.git('log', '--format=%B')).toMatch(/^Kanban-Restored: T-1$/m);
    kanban.go('there');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(coordinator.all('run-stopped')).toEqual([]);
  });

  it.concurrent('an old TODO.md, saved with a line under # Later after `kanban add`: the added entry is worked on', async ({
    made,
  }) => {
    const kanban = made({ todo: '## [PAUSED] T-1: One\n\n# Later\n' });
    const buffer = kanban.column('TODO');
    expect(kanban.kanban('add', 'Added').code).toBe(0);
    await new Person(kanban, 'rename').save('TODO', `${buffer}\nAn idea.\n`);
    const { code, err } = await kanban.untilDone();
    expect(code, err).toBe(4);
    expect(kanban.landings().join()).toContain('T-2');
    expect(kanban.column('TODO')).toContain('An idea.');
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-1: One']);
  });

  it.concurrent('words that were typed into an entry that has landed meanwhile are kept in git, and named', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\nAs it was.\n\n## [PAUSED] T-2: Two\n' });
    const buffer = kanban.column('TODO');
    const coordinator = kanban.start();
    await coordinator.landed('T-1');
    await new Person(kanban, 'vim').save('TODO', buffer.replace('As it was.', 'Words typed late.'));
    const { saved } = await coordinator.event('old-buffer-read', (event) => event.saved.length > 0);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(kanban.git('show', `${saved[0]}:board/TODO.md`)).toContain('Words typed late.');
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-2: Two']);
  });

  it.concurrent('lines that no commit has yet outlive a move of another entry', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n' });
    const person = new Person(kanban, 'plain');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there; report done');
    kanban.plan('T-1.reviewer.1', 'pause review; report ready');
    const coordinator = kanban.start();
    await kanban.at('there');
    for (const word of ['first', 'second', 'third']) {
      await person.edit('TODO', (text) => text.replace('# TODO\n', `# TODO\n\na ${word} line\n`));
      await kanban.shows('status', /T-1/);
    }
    kanban.go('there');
    await kanban.at('review');
    kanban.go('review');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    for (const word of ['first', 'second', 'third']) expect(kanban.column('TODO'), word).toContain(`a ${word} line`);
  });

  it.concurrent('an older text saved over a newer one: the newer one is kept in git', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n\nAs it was.\n' });
    const person = new Person(kanban, 'plain');
    kanban.plan('T-1.task.1', 'pause there; save a.txt a; commit; report done');
    const coordinator = kanban.start();
    await kanban.at('there');
    const buffer = kanban.column('TODO');
    await person.save('TODO', buffer.replace('As it was.', 'As it was.\n\nTyped elsewhere.'));
    await until(
      () => kanban.kanban('show', 'T-2').out.includes('Typed elsewhere.'),
      () => `the first save\n${coordinator.story()}`,
    );
    await person.save('TODO', buffer);
    const { saved } = await coordinator.event('old-buffer-read', (event) => event.saved.length > 0);
    expect(kanban.git('show', `${saved[0]}:board/TODO.md`)).toContain('Typed elsewhere.');
    kanban.go('there');
    coordinator.signal('SIGINT');
    await coordinator.ended;
  });

  it.concurrent('an entry that was deleted twice stays deleted after a restart', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n' });
    const person = new Person(kanban, 'rename');
    kanban.plan('T-1.task.1', 'pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.delete('T-1', 'IN_PROGRESS', () =>
      coordinator.event('old-buffer-read', ({ restored }) => restored.includes('T-1')),
    );
    await coordinator.event('run-stopped', ({ id }) => id === 'T-1');
    await coordinator.kill();
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    expect(kanban.landings()).toEqual(['T-2']);
  });

  it.concurrent('a sparse checkout without board/: base’s text counts, and nothing is written there', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n', files: { 'src/a.txt': 'a\n' } });
    kanban.git('sparse-checkout', 'set', '--cone', 'src');
    expect(kanban.kanban('add', 'Added').code).toBe(0);
    const { code, err } = await kanban.untilDone();
    expect(code, err).toBe(4);
    expect(kanban.landings()).toHaveLength(2);
    expect(kanban.git('show', 'main:board/TODO.md')).toContain('T-2: Two');
    expect(existsSync(kanban.path('board'))).toBe(false);
    expect(kanban.git('status', '--porcelain')).toBe('');
  });

  it.concurrent('a column file and then the folder are gone from disk: a problem with its fix, no deletion', async ({
    made,
  }) => {
    const kanban = made({ todo: '## [PAUSED] T-1: One\n\n## T-2: Two\n' });
    rmSync(kanban.path('board/TODO.md'));
    expect(kanban.kanban('status').out).toContain('T-1');
    const { out } = kanban.kanban('preflight');
    expect(out).toContain('git checkout -- board/TODO.md');
    const { code, err } = await kanban.untilDone();
    expect(code, err).toBe(4);
    expect(kanban.landings()).toHaveLength(1);
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-1: One']);
    rmSync(kanban.path('board'), { recursive: true });
    expect((await kanban.untilDone()).code).toBe(4);
    expect(kanban.git('show', 'main:board/TODO.md')).toContain('T-1: One');
  });
});
