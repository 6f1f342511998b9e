import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import edit from '../../../src/commands/edit.ts';
import move from '../../../src/commands/move.ts';
import prioritize from '../../../src/commands/prioritize.ts';
import rm from '../../../src/commands/rm.ts';
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
      /^Ada [^]*I read it[^]*Kanban-Move: T-2 TODO -> TESTING[^]*Kanban-By: T-2 Ada <ada@example.com>/,
    );
    expect(rig.read('board/TESTING.md')).toContain(`- reviewed: ${rig.git('rev-parse', 'T-2').trim()}`);
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('refuse with the reason, as JSON too', async () => {
    const refused = await rig.call(move, ['T-2', 'REVIEW'], { json: true });
    expect([refused.code, JSON.parse(refused.out)]).toEqual([
      2,
      { ok: false, message: 'nothing is committed on branch T-2', id: 'T-2', commit: null },
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
    expect(answer.message).toContain(join('.kanban/edits', file));
    expect(rig.read(join('.kanban/edits', file))).toBe('## T-1: One\n\n- note: mine\n\nmine\n');
    expect(rig.read('board/TODO.md')).toBe(TODO.replace('first', 'theirs'));
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
