import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import exportBundle from '../../../src/commands/export.ts';
import type { Io } from '../../../src/commands/program/command.ts';
import type { Bundle, BundleFile } from '../../../src/setup/export/bundle.ts';
import { writeBundle } from '../../../src/setup/export/write-bundle.ts';
import { secretProblems, withoutValues } from '../../../src/setup/export/settings-text.ts';
import { CommandRig } from './command-rig.ts';

let rig: CommandRig;
let folder: string;
beforeEach(() => {
  rig = new CommandRig('base: main\nids: HYD\nroles:\n  task: { env: { API_KEY: s3cret } }\n');
  rig.write('prompts/task.md', 'Work on {{ entry.id }}.\n');
  rig.write('board/TODO.md', '# TODO\n\n## HYD-1: Secret plans\n');
  folder = mkdtempSync(join(tmpdir(), 'kanban export ü '));
});
afterEach(() => {
  rig.remove();
  rmSync(folder, { recursive: true, force: true });
});

const call = (dir: string, options: Readonly<Record<string, boolean>> = {}) => rig.call(exportBundle, [dir], options);
const all = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
const FILES = [
  '.agents/skills/kanban/SKILL.md',
  '.claude/skills/kanban/SKILL.md',
  'KANBAN.md',
  'WORKFLOW.md',
  ...['IN_PROGRESS.md', 'REVIEW.md', 'TESTING.md', 'TODO.md'].map((name) => `board/${name}`),
  'prompts/task.md',
];

describe('the files of a bundle', () => {
  const file = (path: string, text: string): BundleFile => ({ path, text, isColumn: false });
  const bundle = (...files: BundleFile[]): Bundle => ({ checkouts: [], emptied: [], files });

  it('I7: a file that comes while they are written stays', () => {
    mkdirSync(join(folder, 'to'));
    // The first one of this path is there by the time that the second is written.
    const written = writeBundle(join(folder, 'to'), bundle(file('a.md', 'mine'), file('a.md', 'ours')), false);
    expect(written).toMatchObject({ ok: false, error: [{ code: 'not-written' }] });
    expect(readFileSync(join(folder, 'to/a.md'), 'utf8')).toBe('mine');
    expect(readdirSync(join(folder, 'to'))).toEqual(['a.md']);
  });

  it('I7: what is in the way fails the whole, and nothing is written', () => {
    mkdirSync(join(folder, 'to'));
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'to/board'));
    const files = bundle(file('a.md', 'a'), file('board/TODO.md', 'b'));
    expect(writeBundle(join(folder, 'to'), files, true)).toMatchObject({ ok: false, error: [{ code: 'link' }] });
    writeFileSync(join(folder, 'file'), '');
    expect(writeBundle(join(folder, 'file'), files, true)).toMatchObject({
      ok: false,
      error: [{ code: 'not-a-folder' }],
    });
    expect(all(folder)).toEqual(['file']);
  });
});

describe('kanban export', () => {
  it('writes settings, prompts, an empty board and a guide, without values of variables', async () => {
    const to = join(folder, 'new/bundle');
    const { code, out } = await call(to);
    expect(code).toBe(0);
    expect(out).toBe(
      `wrote 9 files to ${to}\nleft out the values of API_KEY: set them in WORKFLOW.md or in the environment\nnext: read KANBAN.md there\n`,
    );
    expect(all(to)).toEqual(FILES);
    const text = (path: string): string => readFileSync(join(to, path), 'utf8');
    expect(text('WORKFLOW.md')).toBe(rig.read('WORKFLOW.md').replace('s3cret', '""'));
    expect(text('prompts/task.md')).toBe(rig.read('prompts/task.md'));
    expect(text('board/TODO.md')).not.toContain('Secret plans');
    expect(text('board/TODO.md')).toContain('# TODO');
    expect(text('KANBAN.md')).toContain('`API_KEY`');
    expect(all(to).some((path) => text(path).includes('s3cret'))).toBe(false);
    expect(readdirSync(join(folder, 'new'))).toEqual(['bundle']);
  });

  it('replaces nothing that is different, names each such file, and with --overwrite leaves entries alone', async () => {
    const to = join(folder, 'bundle');
    await call(to);
    expect((await call(to)).out).toContain('9 files were there already');
    writeFileSync(join(to, 'WORKFLOW.md'), 'mine');
    writeFileSync(join(to, 'prompts/task.md'), 'mine too');
    writeFileSync(join(to, 'board/TODO.md'), '# TODO\n\n## T-1: Mine\n');
    rmSync(join(to, 'KANBAN.md'));
    const { code, err } = await call(to);
    expect(code).toBe(2);
    for (const path of ['WORKFLOW.md', 'prompts/task.md']) expect(err).toContain(`${join(to, path)} exists`);
    expect(existsSync(join(to, 'KANBAN.md'))).toBe(false);
    const done = await call(to, { overwrite: true, json: true });
    expect(JSON.parse(done.out)).toMatchObject({
      ...{ folder: to, written: ['KANBAN.md'], replaced: ['WORKFLOW.md', 'prompts/task.md'] },
      ...{ kept: ['board/TODO.md'], emptied: ['API_KEY'] },
    });
    expect(readFileSync(join(to, 'board/TODO.md'), 'utf8')).toContain('## T-1: Mine');
    expect(readFileSync(join(to, 'WORKFLOW.md'), 'utf8')).toContain('ids: HYD');
    expect(all(to)).toEqual(FILES);
  });

  it('names what is different once, also when it asks and the answer is no', async () => {
    const to = join(folder, 'bundle');
    await call(to);
    writeFileSync(join(to, 'WORKFLOW.md'), 'mine');
    const typed = Object.assign(new PassThrough(), { isTTY: true });
    const stdin = Object.getOwnPropertyDescriptor(process, 'stdin');
    Object.defineProperty(process, 'stdin', { configurable: true, value: typed });
    const shown = new PassThrough();
    let err = '';
    try {
      typed.write('no\n');
      const io = { cwd: rig.root, env: {}, isTTY: true, columns: 80, stdout: shown };
      const stderr = { write: (text: string) => (err += text) };
      expect(await exportBundle({ args: [to], options: {} }, { ...io, stderr } as unknown as Io)).toBe(2);
    } finally {
      if (stdin !== undefined) Object.defineProperty(process, 'stdin', stdin);
    }
    expect(`${String(shown.read())}${err}`.match(/WORKFLOW\.md exists/g)).toHaveLength(1);
    expect(err).toMatch(/^nothing is written .*\n {2}fix: add --overwrite/);
    expect(readFileSync(join(to, 'WORKFLOW.md'), 'utf8')).toBe('mine');
  });

  it('writes through no link, over no folder, and not over its own board', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    const to = join(folder, 'bundle');
    mkdirSync(join(to, 'WORKFLOW.md'), { recursive: true });
    symlinkSync(outside, join(to, 'board'));
    writeFileSync(join(to, 'prompts'), 'a file');
    const { code, err } = await call(to, { overwrite: true });
    expect(code).toBe(2);
    expect(err).toContain(`${join(to, 'board')} is a symbolic link`);
    expect(err).toContain(`${join(to, 'prompts')} is not a folder`);
    expect(readdirSync(outside)).toEqual([]);
    expect((await call('.', { overwrite: true })).err).toContain('is a worktree of this repository');
    rig.git('worktree', 'add', '-q', '-b', 'other', join(folder, 'other'));
    const before = all(join(folder, 'other'));
    expect((await call(join(folder, 'other'), { overwrite: true })).err).toContain('is a worktree of this repository');
    expect(all(join(folder, 'other'))).toEqual(before);
    writeFileSync(join(folder, 'file'), '');
    expect((await call(join(folder, 'file'))).err).toContain('is not a folder');
    expect((await call(join(folder, 'file/below'))).err).toContain('cannot be written (ENOTDIR)');
    expect(rig.read('board/TODO.md')).toContain('Secret plans');
  });

  it('names a prompt that has the name of the guide', async () => {
    rig.write('WORKFLOW.md', '---\nbase: main\nroles: { task: { prompt: KANBAN.md } }\n---\n');
    rig.write('KANBAN.md', 'Work.\n');
    const { code, err } = await call(join(folder, 'bundle'));
    expect([code, err]).toEqual([2, expect.stringContaining('a role has KANBAN.md as its prompt')]);
    expect(existsSync(join(folder, 'bundle'))).toBe(false);
  });

  it('exports nothing while something looks like a secret, or settings cannot be read', async () => {
    rig.write('prompts/task.md', `Use ghp_${'a1'.repeat(15)} for pushes.\n`);
    const to = join(folder, 'bundle');
    const { code, err } = await call(to);
    expect(code).toBe(2);
    expect(err).toContain('prompts/task.md:1:5: prompts/task.md contains what looks like a secret');
    expect(err).not.toContain('ghp_');
    rig.write('WORKFLOW.md', '---\nbase: [\n---\n');
    expect((await call(to)).code).toBe(2);
    expect(existsSync(to)).toBe(false);
  });
});

it('values of variables are left out in every form, and no other byte', () => {
  const text = `\ufeff---\r
env: [PATH_A, { ONE: first, TWO: "sec#ond" }] # env: { X: y }\r
agents:\r
  coder:\r
    env:\r
      THREE: third # kept\r
      FOUR:\r
      FIVE: ""\r
roles: { task: { run: 'env: {A: b}', env: [SIX] } }\r
notify:\r
  - { run: true, env: { SEVEN: |
  } }\r
---\r
env: { EIGHT: prose }\r
`.replace('{ SEVEN: |\n  }', '{ SEVEN: 7 }');
  const { text: result, emptied } = withoutValues(text);
  expect(emptied).toEqual(['ONE', 'SEVEN', 'THREE', 'TWO']);
  expect(result).toBe(
    text.replace('first', '""').replace('"sec#ond"', '""').replace('third', '""').replace('SEVEN: 7', 'SEVEN: ""'),
  );
  expect(withoutValues('---\nenv:\n  A: |\n    one\n    two\nbase: main\n---\n').text).toBe(
    '---\nenv:\n  A: ""\nbase: main\n---\n',
  );
  for (const same of ['', 'no front matter\n', '---\nenv: [A]\n---\n', '---\nenv: {A: b}\n'])
    expect(withoutValues(same)).toEqual({ text: same, emptied: [] });
});

it('what looks like a secret is found, and not shown', () => {
  const lines = ['AKIAABCDEFGHIJKLMNOP', 'curl https://ada:hunter22@host/x', '-----BEGIN RSA PRIVATE KEY-----'];
  for (const line of lines) {
    const [problem] = secretProblems(`one\n  ${line}\n`, 'WORKFLOW.md');
    expect(problem?.where).toMatchObject({ file: 'WORKFLOW.md', line: 2 });
    expect(problem?.where?.lineText).toMatch(/\*{8}/);
  }
  for (const line of ['curl http://localhost:6333/readyz', 'run: sk-test', '$SLACK_WEBHOOK', 'a@b.c:80'])
    expect(secretProblems(line, 'WORKFLOW.md')).toEqual([]);
});
