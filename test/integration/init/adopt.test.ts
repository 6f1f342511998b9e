import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { init, type InitOptions } from '../../../src/setup/init-plan.ts';
import type { AdoptReview } from '../../../src/setup/adopt-file.ts';
import { makeFolder, makePrograms, makeRepository, run, write } from './rig.ts';

const initIn = (cwd: string, options: Partial<InitOptions>): ReturnType<typeof init> =>
  init({ cwd, dryRun: false, env: { PATH: makePrograms(), HOME: '/nowhere' }, ...options });
const codeOf = async (cwd: string, options: Partial<InitOptions>): Promise<string | undefined> => {
  const done = await initIn(cwd, options);
  return done.ok ? undefined : done.error[0]?.code;
};

const TODO = '# TODO\n\nKeep it short.\n\n- Fix the login\n- [x] Old\n';

describe('init --adopt', () => {
  it('shows a diff, moves the tasks to the board, and its line commits all of it', async () => {
    const root = makeRepository({ 'docs/TODO.md': TODO });
    chmodSync(join(root, 'docs/TODO.md'), 0o600);
    let seen: AdoptReview | undefined;
    const review = async (what: AdoptReview): Promise<boolean> => {
      seen = what;
      expect(run(root, 'status', '--porcelain')).toBe('');
      return true;
    };
    const done = await initIn(join(root, 'docs'), { adopt: 'TODO.md', review });
    if (!done.ok) throw new Error(JSON.stringify(done.error));
    expect(seen).toMatchObject({ file: 'docs/TODO.md', adopted: [{ line: 5, text: 'Fix the login' }] });
    expect(seen?.diff).toContain(
      '--- a/docs/TODO.md\n+++ b/docs/TODO.md\n@@ -2,5 +2,4 @@\n \n Keep it short.\n \n-- Fix the login\n - [x] Old\n',
    );
    expect(seen?.diff).toMatch(
      /\+\+\+ b\/board\/TODO\.md\n@@ [^\n]*\n # TODO\n \n\+## T-\?: Fix the login\n\+\n # Later\n/,
    );
    expect(readFileSync(join(root, 'docs/TODO.md'), 'utf8')).toBe('# TODO\n\nKeep it short.\n\n- [x] Old\n');
    expect(statSync(join(root, 'docs/TODO.md')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(root, 'board/TODO.md'), 'utf8')).toMatch(/^# TODO\n\n## T-\?: Fix the login\n\n# Later\n/);
    expect(done.value.written).toContainEqual({ path: 'docs/TODO.md', how: 'changed' });
    const line = done.value.nextSteps.find((step) => step.includes('git add') || step.includes(' add ')) ?? 'false';
    execFileSync('sh', ['-c', line], { cwd: join(root, 'docs') });
    expect(run(root, 'status', '--porcelain')).toBe('');
  });

  it('adopts board/TODO.md itself, with the ids of the settings', async () => {
    const root = makeRepository({
      'WORKFLOW.md': '---\nbase: main\nids: HYD\n---\n',
      'board/TODO.md': '# TODO\n\n1. first thing\n2. HYD-9: second\n',
    });
    expect(await codeOf(root, { adopt: 'board/TODO.md' })).toBeUndefined();
    expect(readFileSync(join(root, 'board/TODO.md'), 'utf8')).toBe(
      '# TODO\n\n## HYD-?: first thing\n\n## HYD-9: second\n',
    );
  });

  it('touches no column file that it could not write back whole, and writes TODO.md first', async () => {
    const latin = Buffer.concat([Buffer.from('# TODO\n\n## T-1: Caf'), Buffer.from([0xe9]), Buffer.from('\n')]);
    const root = makeRepository({ 'notes.md': TODO, 'board/TODO.md': '# TODO\n' });
    writeFileSync(join(root, 'board/TODO.md'), latin);
    expect(await codeOf(root, { adopt: 'notes.md' })).toBe('adopt-unreadable');
    expect(readFileSync(join(root, 'board/TODO.md'))).toEqual(latin);
    expect(readFileSync(join(root, 'notes.md'), 'utf8')).toBe(TODO);

    const linked = makeRepository({ 'notes.md': TODO, 'real.md': '# TODO\n', 'board/REVIEW.md': '# REVIEW\n' });
    symlinkSync('../real.md', join(linked, 'board/TODO.md'));
    expect(await codeOf(linked, { adopt: 'notes.md' })).toBe('adopt-unreadable');

    const full = makeRepository({ 'notes.md': TODO, 'board/TODO.md': '# TODO\n' });
    // A folder in the place of the draft: TODO.md cannot be written.
    mkdirSync(join(full, `board/TODO.md.${process.pid}.kanban`, 'x'), { recursive: true });
    await expect(initIn(full, { adopt: 'notes.md' })).rejects.toThrow();
    expect(readFileSync(join(full, 'notes.md'), 'utf8')).toBe(TODO);
  });

  it('writes nothing at all without a yes, in a dry run, and when the file changed meanwhile', async () => {
    const root = makeRepository({ 'TODO.md': TODO });
    expect(await codeOf(root, { adopt: 'TODO.md', review: async () => false })).toBe('adopt-declined');
    expect(await codeOf(root, { adopt: 'TODO.md', dryRun: true })).toBeUndefined();
    expect(run(root, 'status', '--porcelain')).toBe('');
    const review = async (): Promise<boolean> => {
      writeFileSync(join(root, 'TODO.md'), `${TODO}- and one more\n`);
      return true;
    };
    expect(await codeOf(root, { adopt: 'TODO.md', review })).toBe('adopt-changed');
    expect(run(root, 'status', '--porcelain')).toBe(' M TODO.md\n');
    expect(readFileSync(join(root, 'TODO.md'), 'utf8')).toBe(`${TODO}- and one more\n`);
  });

  it('refuses files that it can not read, or that are not its affair, and writes nothing', async () => {
    const root = makeRepository({ 'board/REVIEW.md': '- x\n', 'nul.md': '- a\n- b\0\n', 'words.md': 'Words.\n' });
    const outside = makeFolder();
    write(outside, { 'TODO.md': TODO });
    write(root, { 'big.md': '- x\n'.repeat(300_000) });
    writeFileSync(join(root, 'latin.md'), Buffer.from('- a\n- caf\xe9\n', 'latin1'));
    symlinkSync(join(outside, 'TODO.md'), join(root, 'link.md'));
    const refused = async (adopt: string): Promise<string> => {
      const done = await initIn(root, { adopt });
      const [problem] = done.ok ? [] : done.error;
      return `${problem?.code} ${problem?.where?.line ?? ''}:${problem?.where?.column ?? ''}`;
    };
    expect(await refused('none.md')).toBe('adopt-unreadable :');
    expect(await refused('board')).toBe('adopt-unreadable :');
    expect(await refused('link.md')).toBe('adopt-unreadable :');
    expect(await refused('big.md')).toBe('adopt-unreadable :');
    expect(await refused('nul.md')).toBe('adopt-unreadable 2:4');
    expect(await refused('latin.md')).toBe('adopt-unreadable 2:6');
    expect(await refused(join(outside, 'TODO.md'))).toBe('adopt-place :');
    expect(await refused('board/REVIEW.md')).toBe('adopt-place :');
    expect(await refused('words.md')).toBe('adopt-nothing :');
    expect(run(root, 'ls-files', '--others', '--', 'WORKFLOW.md', 'prompts')).toBe('');
  });
});
