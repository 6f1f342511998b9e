import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import add from '../../../src/commands/add.ts';
import check from '../../../src/commands/check.ts';
import { CommandRig } from './command-rig.ts';

let rig: CommandRig;
beforeEach(
  () =>
    void (rig = new CommandRig(
      'base: main\nagents: { fake: { kind: command, command: [sh] } }\nroles: { task: { agent: fake } }\n',
    )),
);
afterEach(() => rig.remove());

interface Json {
  readonly ok: boolean;
  readonly entries: number;
  readonly problems: readonly {
    readonly code: string;
    readonly level: string;
    readonly where: { readonly file: string; readonly line: number; readonly column: number } | null;
    readonly holds: readonly string[];
  }[];
}
const json = async (args: readonly string[] = [], options = {}): Promise<Json & { readonly code: number }> => {
  const { code, out } = await rig.call(check, args, { json: true, ...options });
  return { code, ...(JSON.parse(out) as Json) };
};

describe('kanban check', () => {
  it('finds nothing wrong with a board that is in order', async () => {
    rig.write('board/TODO.md', '# TODO\n\n- [ ] a note\n\n## T-1: One\n');
    expect(await rig.call(check)).toEqual({ code: 0, out: 'no problems in 2 entries\n', err: '' });
  });

  it('counts parked entries apart', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n# Later\n\n## T-2: Two\n');
    expect((await rig.call(check)).out).toBe('no problems in 1 entry and 1 parked entry\n');
    expect(await json()).toMatchObject({ entries: 2 });
  });

  it('I1: after a save of an old text, has the lines of the file on disk, and says what is put back', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n');
    rig.commit('one');
    expect(await rig.call(add, ['Two'], { top: true })).toMatchObject({ code: 0 });
    expect(rig.read('board/TODO.md')).toMatch(/^# TODO\n\n## T-2: Two\n[^]*## T-1: One\n/);
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- depends: T-9\n');
    const { problems } = await json();
    expect(problems.map((one) => [one.code, one.where?.line])).toEqual([
      ['left-out', undefined],
      ['unknown-dependency', 5],
    ]);
    expect((await rig.call(check)).out).toContain('board/TODO.md lacks T-2, which came to it after');
  });

  it('reports all problems of settings and columns at once, uncommitted ones too, with exit code 3', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- priority: soon\n- agent: fakee\n- depends: T-9\n');
    rig.write('board/REVIEW.md', '# REVIEW\n\n## T-1: Two\n');
    const { code, ok, problems } = await json();
    expect([code, ok]).toEqual([3, false]);
    expect(problems.map((one) => [one.code, one.where?.file, one.where?.line, one.holds])).toEqual([
      ['unreadable-field', 'board/TODO.md', 5, ['T-1']],
      ['unknown-agent', 'board/TODO.md', 6, ['T-1']],
      ['unknown-dependency', 'board/TODO.md', 7, ['T-1']],
      ['duplicate-task-id', 'board/REVIEW.md', 3, ['T-1']],
    ]);
    const { out } = await rig.call(check);
    expect(out).toMatch(/^holds {2}board\/TODO\.md:5:1: [^]*~+\n {2}fix: [^]*4 problems in 2 entries\n$/);
    rig.write('WORKFLOW.md', '---\nbase: main\ncapcity: 3\n---\n');
    expect((await rig.call(check)).out).toMatch(/^stops {2}WORKFLOW\.md:3:1: [^]*\n1 problem\n$/);
    expect((await json()).problems.map((one) => [one.code, one.where?.file])).toContainEqual([
      'unknown-setting',
      'WORKFLOW.md',
    ]);
    expect(await json(['board/TODO.md'])).toMatchObject({ code: 3, problems: [{ code: 'unknown-setting' }] });
  });

  it('reports a model that an agent of the entry would not be given', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- agent: shell\n- model: opus\n\n```sh\ntrue\n```\n');
    expect(await json()).toMatchObject({
      code: 3,
      problems: [{ code: 'model-not-passed-on', where: { file: 'board/TODO.md', line: 6 }, holds: ['T-1'] }],
    });
  });

  it('reports an entry whose id has landed, with its line', async () => {
    rig.commit('land\n\nKanban-Move: T-1 TESTING -> CHANGELOG');
    rig.write('board/TODO.md', '# TODO\n\n## T-2: Two\n\n## T-1: Again\n\n# Done\n\n## T-3: Parked\n');
    expect((await json()).problems).toMatchObject([
      { code: 'landed-already', where: { file: 'board/TODO.md', line: 5, column: 1 }, holds: ['T-1'] },
    ]);
    expect((await json(['board/TODO.md'])).problems.map(({ code }) => code)).toEqual(['landed-already']);
    expect((await rig.call(check)).out).toMatch(
      /T-1 has landed already[^]*fix: delete it here, or give it a new number/,
    );
  });

  it('counts a warning for nothing', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n## Add a dark mode\n');
    expect(await json()).toMatchObject({ code: 0, ok: true, problems: [{ level: 'warning', where: { line: 5 } }] });
    expect((await rig.call(check)).out).toMatch(/^note {2}board\/TODO\.md:5:1: /);
  });

  it('checks a file against the board, under its own name', async () => {
    rig.write('board/REVIEW.md', '# REVIEW\n\n## T-1: One\n');
    rig.write('plan.md', '## T-1: Again\n\n## T-2: Two\n\n- depends: T-1, T-7\n');
    const { code, problems } = await json(['plan.md']);
    expect(code).toBe(3);
    expect(problems.map((one) => [one.code, one.where?.file, one.where?.line])).toEqual([
      ['unknown-dependency', 'plan.md', 5],
      ['duplicate-task-id', 'board/REVIEW.md', 3],
    ]);
    expect((await rig.call(check, ['plan.md'])).out).toMatch(
      /T-1 is in plan\.md, too[^]*plan\.md:1:1: first written here/,
    );
    // In its place as TESTING, the same id comes behind the one of REVIEW.
    expect((await json(['plan.md'], { column: 'TESTING' })).problems[1]?.where?.file).toBe('plan.md');
    expect(await rig.call(check, ['none.md'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('none.md') as string,
    });
    writeFileSync(join(rig.root, 'latin.md'), Buffer.from([0x23, 0x20, 0xe4, 0x0a]));
    expect((await json(['latin.md'])).problems).toMatchObject([{ code: 'board-not-utf8' }]);
    expect(await rig.call(check, [], { column: 'TODO' })).toMatchObject({ code: 2 });
  });

  it('works before the first commit and outside a repository, and asks for kanban init without a board', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kanban-check-'));
    try {
      writeFileSync(join(folder, 'TODO.md'), '# TODO\n\n## T-1: One\n\n- prio: P0\n\n```sh\ntrue\n```\n');
      const outside = await new At(folder).call(['TODO.md']);
      expect(outside).toMatchObject({
        code: 3,
        out: expect.stringContaining('TODO.md:5:1: "prio" is not a field') as string,
      });
      execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder });
      expect(await new At(folder).call([])).toMatchObject({
        code: 3,
        out: expect.stringContaining('fix: kanban init') as string,
      });
      spawnSync('mkdir', ['board'], { cwd: folder });
      writeFileSync(join(folder, 'board/TODO.md'), '# TODO\n\n## T-1: One\n\n```sh\ntrue\n```\n');
      expect(await new At(folder).call([])).toMatchObject({ code: 0, out: 'no problems in 1 entry\n' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The command in another folder. */
class At {
  readonly #cwd: string;
  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  async call(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const stdout = { write: (text: string) => (out += text) } as unknown as NodeJS.WriteStream;
    const stderr = { write: (text: string) => (err += text) } as unknown as NodeJS.WriteStream;
    const io = { cwd: this.#cwd, env: {}, isTTY: false, columns: undefined, stdout, stderr };
    return { code: await check({ args, options: {} }, io), out, err };
  }
}
