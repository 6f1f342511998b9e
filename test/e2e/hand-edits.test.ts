import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { RunningCoordinator } from './rig/coordinator.ts';
import { Person, WAYS } from './rig/person.ts';
import { until } from './rig/until.ts';

describe('the user moves an entry while its run is on', () => {
  it.concurrent('to TODO: the run is stopped, its work committed, the worktree removed, the branch kept and continued (I6)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'rename');
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.move('T-1', 'IN_PROGRESS', 'TODO', (entry) => entry.replace('## T-1', '## [PAUSED] T-1'));
    await until(
      () => kanban.git('worktree', 'list').split('\n').length === 1,
      () => coordinator.story(),
    );
    expect(kanban.git('show', 'T-1:half.txt')).toBe('half');
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-1: One']);
    await person.edit('TODO', (text) => text.replace('[PAUSED] ', ''));
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.read('half.txt')).toBe('half\n');
  });

  it.concurrent('from REVIEW to IN_PROGRESS: a task run on the same branch', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'vim');
    kanban.plan('T-1.reviewer.1', 'pause there');
    kanban.plan('T-1.task.2', 'save again.txt "$(cat T-1.txt)"; commit; report done');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.move('T-1', 'REVIEW', 'IN_PROGRESS');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.read('again.txt')).toBe('work 1\n');
    expect([kanban.times('T-1', 'task'), kanban.times('T-1', 'reviewer')]).toEqual([2, 2]);
  });

  it.concurrent('from IN_PROGRESS to REVIEW: a reviewer on what is there', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'sed');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.move('T-1', 'IN_PROGRESS', 'REVIEW');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect([kanban.times('T-1', 'task'), kanban.times('T-1', 'reviewer')]).toEqual([1, 1]);
  });

  it.concurrent("to TESTING: the move is the review, under the user's name (I5)", async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'two steps');
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.move('T-1', 'IN_PROGRESS', 'TESTING');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect([kanban.times('T-1', 'task'), kanban.times('T-1', 'reviewer'), kanban.times('T-1', 'tester')]).toEqual([
      1, 0, 1,
    ]);
    const tip = kanban.git('rev-parse', 'main^2');
    expect(kanban.git('log', '--format=%B', 'main')).toContain(`Kanban-Reviewed: T-1 ${tip}`);
    const log = kanban.git('log', '--first-parent', '--format=%an|%cn|%s', 'main').split('\n');
    expect(log).toContain('Ada|Ada|kanban: board edited by hand');
    // What kanban commits on its own is told apart from what its user does.
    for (const line of log.filter((one) => / → |\|T-\d+: /.test(one))) expect(line).toMatch(/^Ada \(kanban\)\|Ada\|/);
  });

  it.concurrent('to REVIEW with nothing done: a problem that says the way out', async ({ made }) => {
    const kanban = made({ todo: '## [PAUSED] T-1: One\n' });
    const person = new Person(kanban, 'plain');
    await person.move('T-1', 'TODO', 'REVIEW', () => '## T-1: One\n');
    const { code, err } = await kanban.untilDone();
    expect(code).toBe(4);
    expect(err).toContain('move the entry to TODO');
    expect(kanban.headings('REVIEW')).toEqual(['T-1: One']);
  });
});

/** What the first save lacked is back. */
const restored = (coordinator: RunningCoordinator): Promise<unknown> =>
  coordinator.event('old-buffer-read', (event) => event.restored.includes('T-1'));

describe('the user takes an entry away', () => {
  it.concurrent('deletes it: the run is stopped, its work kept under refs/kanban/abandoned (I6)', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'vim');
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.delete('T-1', 'IN_PROGRESS', () => restored(coordinator));
    await coordinator.event('run-stopped', ({ id }) => id === 'T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectQuiet();
    expect(kanban.git('show', 'refs/kanban/abandoned/T-1/1:half.txt'), coordinator.story()).toBe('half');
    expect(kanban.refs('refs/heads/', 'refs/kanban/start/')).toEqual(['refs/heads/main']);
    expect(kanban.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(kanban.landings()).toEqual([]);
    // Who let it go, and when.
    expect(kanban.git('log', '--format=%an: %(trailers:key=Kanban-Deleted,valueonly)', 'main')).toMatch(
      /^Ada: T-1 IN_PROGRESS$/m,
    );
    expect(kanban.kanban('show', 'T-1').out).toMatch(/^deleted by hand from IN_PROGRESS .* by Ada \([0-9a-f]{7}\)$/m);
    expect(kanban.kanban('log', '1').out).toContain('deleted by hand from IN_PROGRESS · by Ada');
  });

  it.concurrent('moves it into CHANGELOG.md: abandoned in the same way, their line stays', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'rename');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    const entry = await person.delete('T-1', 'IN_PROGRESS', () => restored(coordinator));
    kanban.write('CHANGELOG.md', `${kanban.read('CHANGELOG.md')}\n${entry}`);
    await coordinator.event('run-stopped', ({ id }) => id === 'T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectQuiet();
    expect(kanban.git('show', 'refs/kanban/abandoned/T-1/1:half.txt')).toBe('half');
    expect(kanban.read('CHANGELOG.md')).toContain('## T-1: One');
  });

  it.concurrent('pastes it back a while later in the same session: it continues with its branch', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'rename');
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    const entry = await person.delete('T-1', 'IN_PROGRESS', () => restored(coordinator));
    await coordinator.event('run-ended', ({ id }) => id === 'T-1');
    await person.edit('IN_PROGRESS', (text) => `${text.trimEnd()}\n\n${entry}`);
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.read('half.txt')).toBe('half\n');
    expect(kanban.refs('refs/kanban/abandoned/')).toEqual([]);
  });

  it.concurrent('pastes it back in a later session: its newest branch comes back', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'plain');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there');
    const first = kanban.start();
    await kanban.at('there');
    const entry = await person.delete('T-1', 'IN_PROGRESS', () => restored(first));
    await first.event('run-stopped', ({ id }) => id === 'T-1');
    first.signal('SIGINT');
    await first.ended;
    await person.edit('REVIEW', (text) => `${text}\n${entry}`);
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.read('half.txt')).toBe('half\n');
  });

  it.concurrent('has it in two files: held until one copy is gone', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n' });
    const person = new Person(kanban, 'rename');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.edit('TODO', (text) => `${text}\n## T-1: One\n`);
    await coordinator.event('problem-found', ({ problem }) => problem.message.includes('T-1'));
    // Within the two seconds that a cut may follow a paste: after them the same text is read as an old buffer, and goes.
    await person.cut('T-1', 'TODO');
    kanban.go('there');
    await coordinator.landed('T-1');
    await coordinator.landed('T-2');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2']);
  });
});

describe('the user edits tags and text', () => {
  it.concurrent.for(WAYS)(
    'deletes [ESCALATED] (saved by %s): tried again at that stage with a fresh budget',
    async (way, { made }) => {
      const kanban = made({ todo: '## T-1: One\n' });
      kanban.plan('T-1.task.1', 'report blocked');
      kanban.plan('T-1.task.2', 'report blocked');
      kanban.plan('T-1.task.3', 'report blocked');
      const coordinator = kanban.start();
      await coordinator.needsPerson('T-1');
      await new Person(kanban, way).edit('IN_PROGRESS', (text) => text.replace('[ESCALATED] ', ''));
      await coordinator.landed('T-1');
      coordinator.signal('SIGINT');
      await coordinator.ended;
      await kanban.expectDone(['T-1']);
      expect(kanban.times('T-1', 'task')).toBe(4);
    },
  );

  it.concurrent('adds [PAUSED]: the run that is on ends, its result waits until the tag is gone', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    const person = new Person(kanban, 'sed');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there; report done');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.edit('IN_PROGRESS', (text) => text.replace('## T-1', '## [PAUSED] T-1'));
    kanban.go('there');
    await coordinator.event('run-ended');
    await until(
      () => /paused/i.test(kanban.kanban('status').out),
      () => coordinator.story(),
    );
    expect(kanban.headings('IN_PROGRESS')).toEqual(['[PAUSED] T-1: One']);
    await person.edit('IN_PROGRESS', (text) => text.replace('[PAUSED] ', ''));
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.times('T-1', 'task')).toBe(1);
  });

  it.concurrent('deletes [APPROVE]: it lands, and the history says who let it', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n- approve: land\n' });
    const coordinator = kanban.start();
    await coordinator.needsPerson('T-1');
    await kanban.stands('T-1', 'TESTING', /^\[APPROVE\] T-1/);
    const person = new Person(kanban, 'two steps');
    await person.read('TESTING');
    await person.edit('TESTING', (text) => text.replace('[APPROVE] ', ''));
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.git('log', '--format=%an: %s', 'main')).toContain('Ada: kanban: board edited by hand');
  });

  it.concurrent('edits the text while a run is on: the next run sees it, no byte of it is lost (I1)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\nAs it was.\n' });
    const person = new Person(kanban, 'vim');
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there; report done');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.edit('IN_PROGRESS', (text) => text.replace('As it was.', 'As it is now.  \n\n- [ ] with a *box*'));
    kanban.go('there');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.prompt('T-1', 'reviewer', 1)).toContain('As it is now.');
    expect(kanban.git('log', '-p', '--format=', 'main', '--', 'board/IN_PROGRESS.md')).toContain(
      '+As it is now.  \n+\n+- [ ] with a *box*',
    );
  });

  it.concurrent('writes quick notes and entries without a number meanwhile: they get their numbers and land', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-7: One\n' });
    const person = new Person(kanban, 'rename');
    kanban.plan('T-7.task.1', 'save half.txt half; commit; pause there; report done');
    const coordinator = kanban.start();
    await kanban.at('there');
    await person.edit('TODO', (text) => `${text.trimEnd()}\n\n- [ ] A quick note\n\n## T-?: Without a number\n`);
    await coordinator.landed('T-8');
    await coordinator.landed('T-9');
    kanban.go('there');
    await coordinator.landed('T-7');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-7', 'T-8', 'T-9']);
    expect(kanban.read('CHANGELOG.md')).toMatch(/A quick note \(T-[89]\)/);
  });
});

describe('the user works in git', () => {
  it.concurrent('merges a branch by hand: one commit takes the entry out and writes its line', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.reviewer.1', 'pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.git('merge', '-q', '--no-ff', '-m', 'merged by hand', 'T-1');
    await coordinator.event('entry-landed', ({ id, byHand }) => id === 'T-1' && byHand);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
  });

  it.concurrent('reverts a landing whose branch is still there: that is no merge by hand', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task.1', 'save wrong.txt wrong; commit; report done');
    kanban.plan('T-1.task.2', 'test ! -e wrong.txt && save right.txt right; commit; report done');
    const start = kanban.git('rev-parse', 'HEAD');
    expect((await kanban.untilDone()).code).toBe(0);
    // As after a kill between the landing and the clearing up.
    const landing = kanban.git('rev-parse', 'main');
    kanban.git('branch', '-q', 'T-1', `${landing}^2`);
    kanban.git('update-ref', 'refs/kanban/start/T-1', start);
    kanban.git('revert', '--no-edit', '-m', '1', landing);
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectQuiet();
    expect(kanban.landings()).toEqual(['T-1', 'T-1']);
    expect(kanban.refs('refs/kanban/abandoned/')).toEqual([]);
    expect(kanban.git('ls-files')).toContain('right.txt');
    expect(kanban.read('CHANGELOG.md').match(/\(T-1\)/g)).toHaveLength(1);
  });

  it.concurrent('reverts a landing: the entry goes to the top of TODO and is done afresh from base', async ({
    made,
  }) => {
    const kanban = made({
      todo: '## T-1: One\n\n## T-2: Two\n\n- depends: T-9\n\n## T-9: Nine\n',
      settings: 'settle: 300ms\n',
    });
    kanban.plan('T-9.task', 'pause nine; save nine.txt nine; commit; report done');
    kanban.plan('T-1.task.1', 'save wrong.txt wrong; commit; report done');
    kanban.plan('T-1.task.2', 'test ! -e wrong.txt && save right.txt right; commit; report done');
    const coordinator = kanban.start();
    const { commit } = await coordinator.landed('T-1');
    await kanban.at('nine');
    kanban.git('revert', '--no-edit', '-m', '1', commit);
    await until(
      () => coordinator.all('entry-landed').filter(({ id }) => id === 'T-1').length === 2,
      () => coordinator.story(),
    );
    kanban.go('nine');
    await coordinator.landed('T-2');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectQuiet();
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-1', 'T-2', 'T-9']);
    expect(kanban.git('ls-files')).toContain('right.txt');
    expect(kanban.git('ls-files')).not.toContain('wrong.txt');
    expect(
      coordinator.all('entry-moved').some(({ id, from, to }) => id === 'T-1' && from === 'TESTING' && to === 'TODO'),
    ).toBe(true);
  });
});
