import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import comment from '../../../src/commands/comment.ts';
import edit from '../../../src/commands/edit.ts';
import move from '../../../src/commands/move.ts';
import prioritize from '../../../src/commands/prioritize.ts';
import retry from '../../../src/commands/retry.ts';
import rm from '../../../src/commands/rm.ts';
import tick from '../../../src/commands/tick.ts';
import { CommandRig } from './command-rig.ts';

const TODO =
  '# TODO\n\n## T-1: One\n\n- note: mine\n\nfirst\n\n## T-2: Two\n\n## T-3: Three\n\n# Later\n\n## T-4: Parked\n';
let rig: CommandRig;

beforeEach(() => {
  rig = new CommandRig();
  rig.write('board/TODO.md', TODO);
  rig.commit('board');
});

afterEach(() => rig.remove());

const headings = (column: string): string[] => rig.read(`board/${column}.md`).match(/^##? .*$/gm) ?? [];
const env = { PATH: process.env['PATH'] };
/** Files with texts that were refused. */
const kept = (): string[] => {
  const folder = join(rig.root, '.kanban/edits');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('commands that do what a hand edit does', () => {
  it('move within a column, out of a parked section, and to another column, with one commit each', async () => {
    expect(await rig.call(move, ['T-4', 'todo'], { before: 'T-2' })).toMatchObject({ code: 0, err: '' });
    expect(headings('TODO')).toEqual([
      '# TODO',
      '## T-1: One',
      '## T-4: Parked',
      '## T-2: Two',
      '## T-3: Three',
      '# Later',
    ]);
    expect(await rig.call(prioritize, ['T-3'])).toEqual({ code: 0, out: 'T-3: on top of its column\n', err: '' });
    expect(headings('TODO')[1]).toBe('## T-3: Three');
    rig.branch('T-2', { 'a.txt': 'a\n' });
    const moved = await rig.call(move, ['T-2', 'TESTING'], { json: true, why: 'I read it' });
    const head = rig.git('rev-parse', 'main').trim();
    expect(JSON.parse(moved.out)).toEqual({
      ok: true,
      message: 'T-2: moved to TESTING: that is the review',
      id: 'T-2',
      commit: head,
    });
    expect(rig.git('log', '-1', '--format=%an %B', 'main')).toMatch(
      /^Ada \(kanban\) [^]*I read it[^]*Kanban-Move: T-2 TODO -> TESTING[^]*Kanban-By: T-2 Ada <ada@example.com>/,
    );
    expect(rig.read('board/TESTING.md')).toContain(`- reviewed: ${rig.git('rev-parse', 'T-2').trim()}`);
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('tick a checkbox and comment, with one commit each', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- [ ] first thing\n- [ ] second\n');
    rig.commit('criteria');
    expect(await rig.call(tick, ['T-1', 'First', 'thing'])).toEqual({
      code: 0,
      out: 'T-1: ticked: First thing\n',
      err: '',
    });
    expect(rig.read('board/TODO.md')).toContain('- [x] first thing\n- [ ] second\n');
    expect(rig.git('log', '-1', '--format=%an %s', 'main')).toBe('Ada (kanban) kanban: T-1 ticked: First thing\n');
    expect(await rig.call(tick, ['T-1', 'first thing'], { undo: true })).toMatchObject({ code: 0 });
    expect(rig.read('board/TODO.md')).toContain('- [ ] first thing\n- [ ] second\n');
    expect(await rig.call(tick, ['T-1', 'third'])).toMatchObject({
      code: 2,
      err: 'T-1 has no checkbox with that text\n',
    });
    expect(await rig.call(comment, ['T-1', 'see', 'a.ts'], { was: 'another' })).toMatchObject({ code: 2 });
    expect(await rig.call(comment, ['T-1', 'see', 'a.ts'])).toMatchObject({ code: 0 });
    expect(rig.read('board/TODO.md')).toContain('* feedback: see a.ts\n');
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('refuse with the reason, as JSON too', async () => {
    const refused = await rig.call(move, ['T-2', 'REVIEW'], { json: true });
    expect([refused.code, JSON.parse(refused.out)]).toEqual([
      2,
      {
        ok: false,
        message: 'nothing is committed on branch T-2: commit the fix in its worktree (kanban open T-2), then retry',
        id: 'T-2',
        commit: null,
      },
    ]);
    expect(await rig.call(edit, ['T-22'], { title: 'x' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('fix: kanban show T-2') as string,
    });
    expect(rig.read('board/TODO.md')).toBe(TODO);
  });

  it('edit parts by name: every other byte stays (I1)', async () => {
    const change = { title: 'Uno', field: ['priority=P1', 'note='] };
    expect(await rig.call(edit, ['t-1'], change)).toMatchObject({ code: 0, err: '' });
    expect(rig.read('board/TODO.md')).toBe(TODO.replace('T-1: One', 'T-1: Uno').replace('note: mine', 'priority: P1'));
    expect(rig.git('log', '-1', '--format=%s', 'main')).toBe('kanban: T-1 edited\n');
    expect(await rig.call(prioritize, ['T-2'], { priority: 'P0' })).toMatchObject({ code: 0 });
    expect(rig.read('board/TODO.md')).toContain('## T-2: Two\n\n- priority: P0\n\n## T-3');
    for (const field of ['priority=soon', 'reviewed=abc', 'no pair'])
      expect(await rig.call(edit, ['T-1'], { field: [field] })).toMatchObject({ code: 2, out: '' });
  });

  it.each([
    ['depends=T-7', 'One depends on', '[unknown-dependency]'],
    ['depends=T-33', 'is it T-3?', 'write T-3'],
    ['depends=T-1', 'T-1 depends on itself', '[self-dependency]'],
    ['depends=soon', '[unreadable-field]', ''],
    ['agent=shel', 'fix: write shell', '[unknown-agent]'],
    ['reviewer.agent=nobody', '[unknown-agent]', 'write one of'],
    ['prio=P0', 'did you mean "priority"', '[misspelt-field]'],
    ['timeout=long', '[unreadable-field]', ''],
  ])('edit refuses the field %s as the board would report it', async (field, ...words) => {
    const refused = await rig.call(edit, ['T-1'], { field: [field] });
    expect([refused.code, refused.out]).toEqual([2, '']);
    for (const word of words) expect(refused.err).toContain(word.replace('One depends', 'T-1 depends'));
    expect(rig.read('board/TODO.md')).toBe(TODO);
  });

  it('edit takes ids in any case, also of a parked entry and of what has landed, and leaves old problems alone', async () => {
    rig.commit('landed\n\nKanban-Move: T-9 TESTING -> CHANGELOG');
    expect(await rig.call(edit, ['T-4'], { field: ['agent=shel'] })).toMatchObject({ code: 2 });
    expect(await rig.call(edit, ['T-4'], { field: ['depends=t-1, t-9'] })).toMatchObject({ code: 0, err: '' });
    expect(rig.read('board/TODO.md')).toContain('## T-4: Parked\n\n- depends: T-1, T-9\n');
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- agent: shel\n');
    rig.commit('a problem');
    expect(await rig.call(edit, ['T-1'], { field: ['priority=P1'] })).toMatchObject({ code: 0, err: '' });
    expect(await rig.call(edit, ['T-1'], { field: ['agent=shell'] })).toMatchObject({ code: 0, err: '' });
  });

  it('edit opens an editor on the text of the entry', async () => {
    const EDITOR = `sed -i.bak -e s/first/second/`;
    expect(await rig.call(edit, ['T-1'], {}, { ...env, EDITOR })).toMatchObject({
      code: 0,
      out: 'T-1 is changed; the next run gets the new text\n',
    });
    expect(rig.read('board/TODO.md')).toBe(TODO.replace('first', 'second'));
    expect(await rig.call(edit, ['T-1'], {}, { ...env, EDITOR: 'true' })).toMatchObject({
      code: 0,
      out: 'T-1 is as it was: nothing is changed\n',
    });
    expect(kept().filter((name) => name.endsWith('.md'))).toEqual([]);
    expect(await rig.call(edit, ['T-1'], {}, { ...env, EDITOR: 'false' })).toMatchObject({ code: 2, out: '' });
    expect(await rig.call(edit, ['T-1'], {}, env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no editor is set') as string,
    });
  });

  it('edit refuses, and loses nothing, when the entry changed meanwhile', async () => {
    // The editor is slower than somebody else who saves the board.
    const EDITOR = `f() { sed -i.bak -e s/first/mine/ "$1" && sed -i.bak -e s/first/theirs/ board/TODO.md && rm -f "$1.bak" board/TODO.md.bak; }; f`;
    const refused = await rig.call(edit, ['T-1'], { json: true }, { ...env, EDITOR });
    const answer = JSON.parse(refused.out) as { message: string; text: string };
    expect(refused.code).toBe(2);
    expect(answer.text).toContain('theirs');
    const [file = ''] = kept();
    const path = join(rig.root, '.kanban/edits', file);
    expect(answer.message).toContain(`to replace it by your text: kanban edit T-1 - < '${path}'`);
    expect(rig.read(join('.kanban/edits', file))).toBe('## T-1: One\n\n- note: mine\n\nmine\n');
    expect(rig.read('board/TODO.md')).toBe(TODO.replace('first', 'theirs'));
  });

  it('edit keeps the text of an entry that has left the board while the editor was open', async () => {
    const EDITOR = `f() { sed -i.bak -e s/first/mine/ "$1" && sed -i.bak -e '/T-1/,/first/d' board/TODO.md && git commit -qam gone; rm -f "$1.bak" board/TODO.md.bak; }; f`;
    const refused = await rig.call(edit, ['T-1'], {}, { ...env, EDITOR });
    expect(refused).toMatchObject({ code: 2, out: '' });
    const [file = ''] = kept();
    expect(refused.err).toContain(join('.kanban/edits', file));
    expect(refused.err).toContain('paste it into TODO.md with T-? for its id');
    expect(rig.read(join('.kanban/edits', file))).toContain('mine');
  });

  it('edit of the body says, as add does, that a shell entry has no block', async () => {
    const edited = await rig.call(edit, ['t-1'], { body: 'only text' });
    expect(edited).toMatchObject({ code: 0, out: 'T-1 is changed; the next run gets the new text\n' });
    expect(edited.err).toContain('T-1 is for the agent shell');
    expect((await rig.call(edit, ['T-1'], { body: '```sh\ntrue\n```' })).err).not.toContain('is for the agent shell');
  });

  it('edit refuses a value with control characters', async () => {
    expect(await rig.call(edit, ['T-1'], { field: ['note=\u001b[31mx'] })).toMatchObject({
      code: 2,
      err: expect.stringContaining('the value of the field note has control characters') as string,
    });
    expect(rig.read('board/TODO.md')).toBe(TODO);
  });

  it('retry --fixed names what is not committed in the worktree, and changes nothing (I1)', async () => {
    rig.write('board/REVIEW.md', '# REVIEW\n\n## [ESCALATED] T-5: Five\n');
    rig.commit('stuck');
    rig.branch('T-5', { 'a.txt': 'a\n' });
    rig.git('worktree', 'add', '-q', '--lock', '--reason', 'kanban T-5', '.worktrees/T-5', 'T-5');
    rig.write('.worktrees/T-5/a.txt', 'fixed\n');
    rig.write('.worktrees/T-5/new file.txt', 'x\n');
    const before = rig.git('rev-parse', 'main');
    const refused = await rig.call(retry, ['T-5'], { fixed: true });
    expect(refused).toEqual({
      code: 2,
      out: '',
      err:
        'T-5 has work in .worktrees/T-5 that is not committed, so nothing is changed: a.txt, new file.txt. Commit what belongs to the fix, and remove the rest: ' +
        `git -C .worktrees/T-5 add -- a.txt 'new file.txt' && git -C .worktrees/T-5 commit -m "…", then kanban retry T-5 --fixed\n`,
    });
    expect(rig.git('rev-parse', 'main')).toBe(before);
    const command = /rest: (.*), then/.exec(refused.err)?.[1] ?? '';
    execFileSync('sh', ['-c', command], { cwd: rig.root });
    expect(await rig.call(retry, ['T-5'], { fixed: true })).toMatchObject({ code: 0, err: '' });
    expect(headings('REVIEW')).toContain('## T-5: Five');
  });

  it('retry --fixed in an open merge says how it is finished, and the commands work (I1, I6)', async () => {
    rig.write('board/REVIEW.md', '# REVIEW\n\n## [ESCALATED] T-5: Five\n');
    rig.write('a.txt', 'old\n');
    rig.commit('stuck');
    rig.branch('T-5', { 'a.txt': 'theirs\n' });
    rig.git('worktree', 'add', '-q', '--lock', '--reason', 'kanban T-5', '.worktrees/T-5', 'T-5');
    rig.write('a.txt', 'ours\n');
    rig.commit('base');
    expect(() => rig.git('-C', '.worktrees/T-5', 'merge', '-q', 'main')).toThrow();
    const refused = await rig.call(retry, ['T-5'], { fixed: true });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(
      'a merge is open in .worktrees/T-5, so nothing is changed. Edit a.txt until no conflict markers are left',
    );
    rig.write('.worktrees/T-5/a.txt', 'both\n');
    execFileSync('sh', ['-c', /finish it: (.*?), then/.exec(refused.err)?.[1] ?? 'false'], { cwd: rig.root });
    expect(rig.git('show', 'T-5:a.txt')).toBe('both\n');
    expect(await rig.call(retry, ['T-5'], { fixed: true })).toMatchObject({ code: 0, err: '' });
  });

  it('rm keeps the branch, and writes no line into CHANGELOG.md', async () => {
    const tip = rig.branch('T-2', { 'a.txt': 'a\n' });
    rig.write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n');
    rig.commit('log');
    expect(await rig.call(rm, ['T-2'])).toEqual({
      code: 0,
      out: 'T-2 left the board; its branch is kept as refs/kanban/abandoned/T-2/1\n',
      err: '',
    });
    expect(rig.git('for-each-ref', '--format=%(objectname)', 'refs/kanban/abandoned/T-2').trim()).toBe(tip);
    expect(headings('TODO')).not.toContain('## T-2: Two');
    expect(rig.read('CHANGELOG.md')).toBe('# Changelog\n\n## [Unreleased]\n');
    expect(await rig.call(rm, ['T-3'])).toMatchObject({ code: 0, out: 'T-3 left the board; it had no branch\n' });
  });
});
