import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';
import { PlainRepository } from './rig/plain-repository.ts';
import { until } from './rig/until.ts';

const landingOf = (kanban: Kanban, id: string): string =>
  kanban.git('log', '-1', '--first-parent', '--format=%H', `--grep=^Kanban-Move: ${id} [A-Z]* -> CHANGELOG`, 'main');
const changelog = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- by hand\n';

describe('kanban undo', () => {
  it.concurrent('with no coordinator: one commit, and the work is done afresh from base with the reason (I1, I4)', async ({
    made,
  }) => {
    const kanban = made({
      todo: '## T-1: One\n\nDo it.\n\n## T-2: Two\n\n- depends: T-1\n\n## [PAUSED] T-3: Three\n\n- depends: T-1\n',
      files: { 'CHANGELOG.md': changelog },
    });
    kanban.plan('T-1.task.1', 'save wrong.txt wrong; commit; report done');
    kanban.plan('T-1.task.2', 'test ! -e wrong.txt && save right.txt right; commit; report done');
    expect((await kanban.untilDone()).code).toBe(4);
    const landing = landingOf(kanban, 'T-1');
    expect(kanban.kanban('show', 'T-1').out).toContain('kanban undo T-1 --why');
    const before = kanban.git('rev-parse', 'main');
    const lines = kanban.read('CHANGELOG.md');

    expect(kanban.kanban('undo', 'T-1').code).toBe(2);
    const undone = kanban.kanban('undo', 'T-1', '--why', 'it locks everybody out\n\nSee the log.', '--resume');
    expect([undone.code, undone.err]).toEqual([0, '']);
    expect(undone.out).toContain(`T-1 is on top of TODO again: its landing ${landing.slice(0, 10)} is undone`);
    expect(undone.out).toContain('T-2 has landed, depends on it and may be broken now; kanban undo undoes it as well');
    expect(undone.out).toContain('T-3 waits for it again');
    expect(undone.out.trim().split('\n')).toHaveLength(1);

    expect(kanban.git('rev-list', `${before}..main`)).toBe(kanban.git('rev-parse', 'main'));
    expect(kanban.git('log', '-1', '--format=%B', 'main')).toMatch(
      new RegExp(
        `^kanban: T-1 undone\\n\\n {4}it locks everybody out\\n\\n {4}See the log\\.\\n\\nKanban-Move: T-1 CHANGELOG -> TODO\\nKanban-Undone: T-1 ${landing}\\nKanban-By: T-1 Ada <ada@example.com>\\nKanban-Reason: T-1 given\\nKanban-Request: \\S+$`,
      ),
    );
    expect(kanban.git('diff', '--name-only', before, 'main').split('\n')).toEqual([
      'CHANGELOG.md',
      'board/TODO.md',
      'wrong.txt',
    ]);
    expect(kanban.column('TODO')).toMatch(
      /^# TODO\n\n## T-1: One\n\n- feedback: it locks everybody out See the log\.\n\nDo it\.\n/,
    );
    expect(kanban.read('CHANGELOG.md')).toBe(lines.replace('- One (T-1)\n', ''));
    expect([existsSync(kanban.path('wrong.txt')), kanban.git('status', '--porcelain')]).toEqual([false, '']);
    expect(kanban.kanban('log', 'T-1').out).toMatch(
      /CHANGELOG → TODO · undone: \w{7} taken back · by Ada\n {4}it locks/,
    );

    const twice = kanban.kanban('undo', 'T-1', '--why', 'again');
    expect([twice.code, twice.err]).toEqual([
      2,
      expect.stringMatching(/^T-1 was undone already \(\w{10}\): it is in TODO\n$/),
    ]);
    expect(kanban.kanban('undo', 'T-9', '--why', 'x').err).toMatch(/^T-9 has not landed/);
    expect(kanban.kanban('undo', 'T-3', '--why', 'x').err).toBe('T-3 has not landed: it is in TODO\n');

    expect((await kanban.untilDone()).code).toBe(4);
    expect(kanban.landings()).toEqual(['T-1', 'T-2', 'T-1']);
    expect(kanban.prompt('T-1', 'task', 2)).toContain('it locks everybody out');
    expect([kanban.read('right.txt'), existsSync(kanban.path('wrong.txt'))]).toEqual(['right\n', false]);
    expect(kanban.git('merge-base', `${landingOf(kanban, 'T-1')}^2`, landing)).toBe(landing);
    const again = kanban.kanban('undo', 'T-1', '--why', 'still wrong');
    expect([again.code, existsSync(kanban.path('right.txt'))]).toEqual([0, false]);
    expect(kanban.column('TODO')).toContain('## [PAUSED] T-1: One');
    await kanban.expectQuiet();
  });

  it.concurrent('with a coordinator: it is told, the entry is picked again, and what depends on it waits for that', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-9: Nine\n' });
    kanban.plan('T-9.task', 'pause nine; save nine.txt nine; commit; report done');
    kanban.plan('T-1.task.1', 'save wrong.txt wrong; commit; report done');
    kanban.plan('T-1.task.2', 'pause one; test ! -e wrong.txt && save right.txt right; commit; report done');
    const coordinator = kanban.start();
    const { commit } = await coordinator.landed('T-1');
    await kanban.at('nine');
    const undone = kanban.kanban('undo', 'T-1', '--why', 'it breaks', '--resume');
    expect([undone.code, undone.err], kanban.story()).toEqual([0, '']);
    expect(await coordinator.event('entry-undone')).toMatchObject({ id: 'T-1', why: 'it breaks', landing: commit });
    await kanban.at('one');
    expect(kanban.kanban('add', 'Two', '--depends', 'T-1').code).toBe(0);
    await kanban.shows('status', /T-10\b.*waits for T-1/, '--details');
    kanban.go('nine');
    await coordinator.landed('T-9');
    expect(kanban.landings()).toEqual(['T-1', 'T-9']);
    kanban.go('one');
    await coordinator.landed('T-10');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(kanban.landings()).toEqual(['T-1', 'T-9', 'T-1', 'T-10']);
    expect([kanban.read('right.txt'), existsSync(kanban.path('wrong.txt'))]).toEqual(['right\n', false]);
    expect(kanban.read('CHANGELOG.md').match(/\(T-1\)$/gm)).toHaveLength(1);
    await kanban.expectQuiet();
  });

  it.concurrent('a file of yours in the way, or a conflict: named, and nothing is changed (I7)', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n\n- depends: T-1\n' });
    kanban.plan('T-1.task', 'printf "one\\n" > base.txt; save one.txt one; commit; report done');
    kanban.plan('T-2.task', 'printf "two\\n" > base.txt; save two.txt two; commit; report done');
    expect((await kanban.untilDone()).code).toBe(0);
    const refused = (...words: string[]): void => {
      const before = [kanban.git('rev-parse', 'main'), kanban.git('status', '--porcelain'), kanban.git('diff')];
      const undone = kanban.kanban('undo', ...words);
      expect([undone.code, undone.out]).toEqual([2, '']);
      expect(undone.err).toMatch(
        /^T-1 is not undone: later changes conflict with it in base\.txt\. Nothing was changed. To undo it yourself: git revert -m 1 \w{10}\. It stops at the conflicts: [^&]*git revert --continue\. After that: kanban pause T-1|^T-2 is not undone: you have changed two\.txt/,
      );
      expect([kanban.git('rev-parse', 'main'), kanban.git('status', '--porcelain'), kanban.git('diff')]).toEqual(
        before,
      );
    };
    refused('T-1', '--why', 'conflicts');
    kanban.write('two.txt', 'mine\n');
    refused('T-2', '--why', 'mine is there');
    const coordinator = kanban.start();
    await coordinator.event('coordinator-started');
    refused('T-1', '--why', 'conflicts');
    refused('T-2', '--why', 'mine is there');
    kanban.git('checkout', '-q', '--', 'two.txt');
    kanban.write('note.txt', 'mine\n');
    kanban.write('board/TODO.md', `${kanban.column('TODO')}\n## [PAUSED] T-7: Typed by hand\n`);
    const undone = kanban.kanban('undo', 'T-2', '--why', 'the way is free');
    expect([undone.code, undone.err], kanban.story()).toEqual([0, '']);
    coordinator.signal('SIGTERM');
    await coordinator.ended;
    expect(kanban.headings('TODO').filter((title) => title.includes('T-7'))).toHaveLength(1);
    expect([kanban.read('base.txt'), kanban.read('note.txt')]).toEqual(['one\n', 'mine\n']);
    await kanban.expectQuiet();
  });

  it.concurrent('what was merged by hand is not ours to take back', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.reviewer.1', 'pause there');
    const coordinator = kanban.start();
    await kanban.at('there');
    kanban.git('merge', '-q', '--no-ff', '-m', 'merged by hand', 'T-1');
    await coordinator.event('entry-landed', ({ byHand }) => byHand);
    const undone = kanban.kanban('undo', 'T-1', '--why', 'x');
    expect([undone.code, undone.err]).toEqual([2, expect.stringMatching(/^T-1 was merged by hand.*git revert/)]);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(kanban.kanban('show', 'T-1').out).not.toContain('kanban undo');
  });

  it.concurrent('kill -9 while git brings the checkout along: the next start ends it, and the request is answered once (I8)', async ({
    built,
  }) => {
    const slow = new SlowCheckout(built.cli);
    const { repo } = slow;
    try {
      const landed = slow.landsAndArms();
      const first = repo.start('run');
      await first.says('kanban runs');
      const asked = repo.start('undo', 'T-1', '--why', 'it breaks', '--resume');
      await slow.isThere(() => first.all + asked.all);
      first.signal('SIGKILL');
      await first.ended();
      slow.go();
      const second = repo.start('run');
      expect(await asked.ended(), asked.all + second.all).toBe(0);
      await slow.expectDoneAfresh(landed, second);
      expect(repo.facts()).not.toMatch(/\.lock|landing\.json|move\.json|inflight/);
    } finally {
      await slow.remove();
    }
  });

  it.concurrent('a coordinator that is started meanwhile waits for it, and names it (I3)', async ({ built }) => {
    const slow = new SlowCheckout(built.cli);
    const { repo } = slow;
    try {
      const landed = slow.landsAndArms();
      const asked = repo.start('undo', 'T-1', '--why', 'it breaks', '--resume');
      await slow.isThere(() => asked.all);
      const run = repo.start('run');
      await run.says('waits for `kanban undo` to end');
      expect(run.all).not.toContain('kanban runs');
      slow.go();
      expect(await asked.ended(), asked.all).toBe(0);
      await slow.expectDoneAfresh(landed, run);
    } finally {
      await slow.remove();
    }
  });
});

/** One entry lands; what git then does to its file takes until `go`, as on a slow disk. */
class SlowCheckout {
  readonly repo: PlainRepository;

  constructor(cli: string) {
    this.repo = new PlainRepository(cli).init();
    const { folder } = this.repo;
    const [armed, there, go] = ['armed', 'there', 'go'].map((name) => join(folder, name));
    this.repo.git('config', 'filter.slow.smudge', `sh '${join(folder, 'slow.sh')}'`);
    writeFileSync(
      join(folder, 'slow.sh'),
      `cat; if [ -e '${armed}' ] && [ ! -e '${go}' ]; then : > '${there}'; until [ -e '${go}' ] || [ ! -d '${folder}' ]; do sleep 0.05; done; fi\n`,
    );
    this.repo.write('.gitattributes', `${this.repo.read('.gitattributes')}\na.txt filter=slow\n`);
  }

  /** @returns base with the landing. */
  landsAndArms(): string {
    const { repo } = this;
    repo.commit().add('One', 'printf "wrong\\n" > a.txt');
    expect(repo.kanban('run', '--until-done').code).toBe(0);
    expect(repo.read('a.txt')).toBe('wrong\n');
    mkdirSync(join(repo.folder, 'armed'));
    return repo.git('rev-parse', 'main');
  }

  async isThere(story: () => string): Promise<void> {
    await until(
      () => existsSync(join(this.repo.folder, 'there')),
      () => `git at work\n${story()}`,
    );
  }

  go(): void {
    writeFileSync(join(this.repo.folder, 'go'), '');
  }

  /** Undone once, then landed again by the coordinator, which is ended. */
  async expectDoneAfresh(landed: string, coordinator: ReturnType<PlainRepository['start']>): Promise<void> {
    const { repo } = this;
    const subjects = (): string[] => repo.git('log', '--first-parent', '--format=%s', `${landed}..main`).split('\n');
    await until(
      () => subjects()[0]?.startsWith('T-1: One'),
      () => `T-1 lands again\n${coordinator.all}`,
    );
    coordinator.signal('SIGTERM');
    await coordinator.ended();
    expect(subjects().filter((subject) => subject === 'kanban: T-1 undone')).toHaveLength(1);
    expect([repo.read('a.txt'), repo.git('status', '--porcelain')]).toEqual(['wrong\n', '']);
    expect(repo.git('fsck', '--no-dangling')).toBe('');
  }

  async remove(): Promise<void> {
    this.go();
    await this.repo.remove();
  }
}
