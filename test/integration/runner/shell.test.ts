import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { RunRig, until } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

const reviewer = (files: string[] = [], run = '') => ({
  role: 'reviewer' as const,
  shell: { script: null, check: { files }, mergeBase: false, run },
});
const tester = (run = '') => ({ role: 'tester' as const, shell: { script: null, check: null, mergeBase: true, run } });

describe('shell as task agent', () => {
  it('runs the block, commits what changed under the title, and reports done', async () => {
    const brief = rig.task('echo four >> file.txt\necho new > new.txt\n');
    const result = await rig.run(brief);
    expect(result).toMatchObject({
      cause: 'reported',
      ahead: 1,
      changed: ['file.txt', 'new.txt'],
      leftovers: null,
      faults: [],
      rescued: [],
      reported: true,
    });
    expect(rig.git('log', '-1', '--format=%s|%an|%P', 'T-1')).toBe(
      `T-1: Do the thing|shell (T-1 task)|${rig.sha('main')}`,
    );
    expect(result.tip).toBe(rig.sha('T-1'));
    expect(rig.read(brief, 'report.md')).toContain('verdict: done');
    expect(existsSync(join(rig.root, '.kanban', 'ended', brief.runId))).toBe(true);
    expect(rig.inTask('status', '--porcelain')).toBe('');
  });

  it('stops at the first failing line: blocked, with the last lines; what had changed is kept (I6)', async () => {
    const brief = rig.task('echo four >> file.txt\necho oh no >&2\nfalse\necho never >> file.txt\n');
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'reported', exit: { code: 1 }, ahead: 1 });
    expect(rig.read(brief, 'report.md')).toMatch(/verdict: blocked[\s\S]*oh no/);
    expect(rig.git('log', '-1', '--format=%s', 'T-1')).toBe('T-1: left uncommitted in the worktree of the task run');
    expect(rig.git('show', 'T-1:file.txt')).toBe('one\ntwo\nthree\nfour');
    expect(result.leftovers).toBe(result.tip);
  });

  it('is blocked without a block', async () => {
    const brief = rig.brief({ shell: { script: null, check: null, mergeBase: false, run: '' } });
    expect(await rig.run(brief)).toMatchObject({ cause: 'reported', ahead: 0, changed: [] });
    expect(rig.read(brief, 'report.md')).toContain('verdict: blocked');
  });

  it.each([
    ['tester', () => rig.brief(tester('no-such-program --run'))],
    ['reviewer', () => rig.brief(reviewer([], 'no-such-program --run'))],
  ])('I9: a program of the %s that is missing is no verdict', async (_, make) => {
    rig.writeTask('new.txt', 'x');
    rig.commitTask('work');
    const result = await rig.run(make());
    expect(result).toMatchObject({ cause: 'not-started', reported: false });
    expect(result.detail).toMatch(/exit 127, a program was not found: .*no-such-program/);
  });

  it('a script of the branch that is missing is a failed test', async () => {
    const result = await rig.run(rig.brief(tester('./test.sh')));
    expect(result.cause).toBe('reported');
  });

  it('takes the report that the block wrote itself, out of the worktree', async () => {
    const brief = rig.task(
      'echo x > new.txt\nprintf -- "---\\nverdict: done\\nchangelog: A new file\\n---\\n" > "$KANBAN_REPORT"\n',
    );
    await rig.run(brief);
    expect(rig.read(brief, 'report.md')).toContain('changelog: A new file');
    expect(existsSync(brief.report)).toBe(false);
  });

  it('gives the block its attempt, its own TMPDIR and no hooks of the repository', async () => {
    rig.write('.git/hooks/pre-commit', '#!/bin/sh\nexit 1\n');
    const brief = rig.task('echo "$KANBAN_ATTEMPT $TMPDIR" > new.txt\n', { attempt: 2 });
    const result = await rig.run(brief);
    expect(result.ahead).toBe(1);
    const [attempt, tmp = ''] = rig.git('show', 'T-1:new.txt').split(' ');
    expect(attempt).toBe('2');
    expect(dirname(tmp)).toBe(tmpdir());
    expect(basename(tmp)).toBe(`kanban-${brief.runId.slice(-8)}`);
    await until(() => !existsSync(tmp), 'the end of its TMPDIR');
  });

  it('a block with CRLF runs, and one with `#!` names its interpreter', async () => {
    expect((await rig.run(rig.task('echo a > new.txt\r\necho b >> new.txt\r\n'))).cause).toBe('reported');
    expect(rig.git('show', 'T-1:new.txt')).toBe('a\nb');
    await rig.run(rig.task("#!/usr/bin/env node\nrequire('node:fs').writeFileSync('new.txt', 'by node');\n"));
    expect(rig.git('show', 'T-1:new.txt')).toBe('by node');
  });

  it('merges base first when it fixes', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    rig.write('other.txt', 'changed on base\n');
    rig.git('commit', '-qam', 'base moves');
    const brief = rig.brief({
      purpose: 'mend',
      shell: { script: 'grep "changed on base" other.txt\necho y > new.txt\n', check: null, mergeBase: true, run: '' },
    });
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'reported', faults: [], changed: ['new.txt'], ahead: 3 });
    expect(rig.read(brief, 'report.md')).toContain('verdict: done');
  });
});

describe('shell as reviewer', () => {
  it('is ready with a change, and names whitespace errors without failing them', async () => {
    rig.writeTask('new.txt', 'trailing \n');
    rig.commitTask('work');
    const brief = rig.brief(reviewer(['*.txt'], 'test -f new.txt'));
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'reported', ahead: 1, changed: ['new.txt'], tip: brief.tip });
    expect(rig.read(brief, 'report.md')).toMatch(/verdict: ready[\s\S]*new.txt:1: trailing whitespace/);
  });

  it.each([
    ['nothing changed', () => {}, [], '', 'Nothing has changed'],
    [
      'a file outside of `files`',
      () => (rig.writeTask('new.txt', 'x\n'), rig.commitTask('work')),
      ['src/**'],
      '',
      'Changed outside of `files` (src/**): new.txt',
    ],
    [
      'conflict markers',
      () => (rig.writeTask('new.txt', '<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n'), rig.commitTask('work')),
      [],
      '',
      'Conflict markers are left in new.txt',
    ],
    [
      'a failing command',
      () => (rig.writeTask('new.txt', 'x\n'), rig.commitTask('work')),
      [],
      'echo bad style; exit 3',
      'bad style',
    ],
  ] as const)('asks for changes: %s', async (_name, prepare, files, run, words) => {
    prepare();
    const brief = rig.brief(reviewer([...files], run));
    await rig.run(brief);
    expect(rig.read(brief, 'report.md')).toContain('verdict: changes-requested');
    expect(rig.read(brief, 'report.md')).toContain(words);
  });

  it('does not take a heading underline for a conflict', async () => {
    rig.writeTask('new.md', 'A\n=======\n\nB\n=======\n\nC\n=======\n');
    rig.commitTask('work');
    const brief = rig.brief(reviewer());
    await rig.run(brief);
    expect(rig.read(brief, 'report.md')).toContain('verdict: ready');
  });
});

describe('shell as tester', () => {
  it('merges base, runs the command, and keeps its new files out of the branch (I6)', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    rig.write('other.txt', 'changed on base\n');
    rig.git('commit', '-qam', 'base moves');
    const brief = rig.brief(
      tester('grep "changed on base" other.txt && echo report > coverage.txt && echo fixed >> new.txt'),
    );
    const result = await rig.run(brief);
    expect(rig.read(brief, 'report.md')).toContain('verdict: passed');
    expect(result).toMatchObject({ faults: [], changed: ['new.txt'], ahead: 3 });
    expect(rig.git('show', 'T-1:new.txt')).toBe('x\nfixed');
    expect(existsSync(join(rig.worktree, 'coverage.txt'))).toBe(false);
    expect(result.rescued).toMatchObject([{ paths: ['coverage.txt'] }]);
    expect(rig.git('show', `${result.rescued[0]?.ref}:coverage.txt`)).toBe('report');
  });

  it('leaves the tip alone where base moved only its board', async () => {
    rig.writeTask('new.txt', 'x\n');
    const tip = rig.commitTask('work');
    rig.write('board/TODO.md', '# TODO\n\n## T-2: More\n');
    rig.git('commit', '-qam', 'a move');
    const brief = rig.brief(tester('true'));
    expect((await rig.run(brief)).tip).toBe(tip);
    expect(rig.read(brief, 'report.md')).toContain('verdict: passed');
  });

  it('fails a conflict with the files named, and takes it back', async () => {
    rig.writeTask('file.txt', 'mine\n');
    const tip = rig.commitTask('work');
    rig.write('file.txt', 'theirs\n');
    rig.git('commit', '-qam', 'base moves');
    const brief = rig.brief(tester('true'));
    const result = await rig.run(brief);
    expect(result).toMatchObject({ tip, faults: [], rescued: [] });
    expect(rig.read(brief, 'report.md')).toMatch(/verdict: failed[\s\S]*- file\.txt/);
    expect(readFileSync(join(rig.worktree, 'file.txt'), 'utf8')).toBe('mine\n');
  });

  it('fails with the last lines of the command', async () => {
    const brief = rig.brief(tester('echo expected 400, got 500; exit 1'));
    expect(await rig.run(brief)).toMatchObject({ cause: 'reported', exit: { code: 1 } });
    expect(rig.read(brief, 'report.md')).toMatch(/verdict: failed[\s\S]*expected 400, got 500/);
  });
});

describe('tests for the changed files', () => {
  const targeted = (tests: Readonly<Record<string, string>>, run = '') => ({
    role: 'tester' as const,
    shell: {
      ...{ script: null, check: null, mergeBase: true, run },
      tests: Object.entries(tests).map(([glob, command]) => ({ glob, command })),
    },
  });
  const out = (name: string): string => join(rig.root, `${name}.out`);
  /** Writes its arguments, one a line. */
  const args = (name: string): string => `printf '%s\\n' {changed_files} > ${out(name)}`;
  const read = (name: string): string[] => readFileSync(out(name), 'utf8').split('\n').slice(0, -1);

  it('runs the commands whose globs match, each file an argument of its own, and reports what ran', async () => {
    const strange = ["src/it's $(touch hit) `touch hit`.ts", 'src/a b.ts', 'src/*.ts', '-rf.ts'];
    for (const path of [...strange, 'src/ü.ts', 'docs/x.md', 'LICENSE']) rig.writeTask(path, 'x\n');
    rig.commitTask('work');
    rig.inTask('rm', '-q', 'other.txt');
    rig.commitTask('delete');
    rig.write('file.txt', 'base moves\n');
    rig.git('commit', '-qam', 'base moves');
    const brief = rig.brief(
      targeted(
        {
          'src/**': args('src'),
          '*.ts': args('root'),
          'docs/**': `echo docs > ${out('docs')}`,
          'lib/**': 'exit 9',
          '*.txt': 'exit 0',
        },
        'exit 8',
      ),
    );
    const result = await rig.run(brief);
    const report = rig.read(brief, 'report.md');
    expect(report).toContain('verdict: passed');
    expect(result).toMatchObject({ cause: 'reported', faults: [] });
    // What base brought is not the branch's, and a name is neither read by a shell nor taken for an option.
    expect(read('src').toSorted()).toEqual([...strange.slice(0, 3), 'src/ü.ts'].toSorted());
    expect(read('root')).toEqual(['./-rf.ts']);
    expect(existsSync(join(rig.worktree, 'hit'))).toBe(false);
    expect(read('docs')).toEqual(['docs']);
    // A command without the placeholder also counts what was deleted.
    expect(report).toMatch(/`exit 0` passed\.[^]*matched by no glob of `tests`: LICENSE/);
    expect(report).toContain('Changed files: src/*.ts, src/a b.ts');
    expect(report).not.toContain('exit 8');
  });

  it("runs the role's command where no glob matches, and with {changed_files} on what is still there", async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.inTask('rm', '-q', 'other.txt');
    rig.commitTask('work');
    const brief = rig.brief(targeted({ 'src/**': 'exit 9' }, args('own')));
    await rig.run(brief);
    expect(read('own')).toEqual(['new.txt']);
    expect(rig.read(brief, 'report.md')).toMatch(/verdict: passed[^]*Changed files: new\.txt/);
  });

  it('says so where nothing is run', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    const brief = rig.brief(targeted({ 'src/**': 'exit 9' }));
    await rig.run(brief);
    expect(rig.read(brief, 'report.md')).toContain('no glob of `tests` matches a changed file');
  });

  it('runs all of them when one fails, and fails', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    const brief = rig.brief(
      targeted({
        '**': `echo ran > ${out('second')}`,
        '*.txt': 'echo expected 400, got 500; exit 3',
        'new.*': 'echo not me; exit 4',
      }),
    );
    expect(await rig.run(brief)).toMatchObject({ cause: 'reported', exit: { code: 3 } });
    expect(read('second')).toEqual(['ran']);
    expect(rig.read(brief, 'report.md')).toMatch(
      /verdict: failed\n---\n`echo expected 400, got 500; exit 3` failed: exit 3\.\n\nexpected 400, got 500[^]*failed: exit 4\.[^]*` passed\./,
    );
  });

  it('gives the reviewer the changed files, too', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    const shell = { script: null, check: { files: [] }, mergeBase: false, run: args('review') };
    await rig.run(rig.brief({ role: 'reviewer', shell }));
    expect(read('review')).toEqual(['new.txt']);
  });
});
