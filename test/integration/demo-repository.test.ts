import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/board/edit/edit.ts';
import { createSectionMemo, parseBoard, type BoardOptions } from '../../src/board/parse.ts';
import { checkDemo } from '../../src/commands/demo/demo-check.ts';
import {
  addDemoNote,
  demoContent,
  fillDemoBoard,
  makeDemoFolder,
  makeDemoRepository,
} from '../../src/commands/demo/demo-repository.ts';
import { init } from '../../src/setup/init-plan.ts';
import { git } from '../../src/git/git.ts';
import { parseWorkflow } from '../../src/workflow/parse.ts';

let root = '';

beforeEach(async () => {
  root = makeDemoFolder();
  await makeDemoRepository(root);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const options: BoardOptions = { ids: ['T'], boardPath: 'board', memo: createSectionMemo() };

async function setUp(): Promise<void> {
  const done = await init({ cwd: root, agent: 'shell', dryRun: false });
  expect(done.ok).toBe(true);
  await fillDemoBoard(root);
}

const boardOf = (todo: string): ReturnType<typeof parseBoard> =>
  parseBoard({ TODO: todo, IN_PROGRESS: null, REVIEW: null, TESTING: null }, options);

describe('the repository of the demo', () => {
  test('after init and set-up everything is committed, by the identity of the demo alone', async () => {
    await setUp();
    const { stdout: status } = await git(['status', '--porcelain'], { cwd: root });
    const { stdout: log } = await git(['log', '--format=%an <%ae> %s'], { cwd: root });
    expect(status).toBe('');
    expect(log.trimEnd().split('\n')).toEqual([
      'kanban demo <demo@example.invalid> kanban: set up',
      'kanban demo <demo@example.invalid> tally 0.1.0',
    ]);
  });

  test('its settings are read without a problem, with a reviewer and a tester that run something', async () => {
    await setUp();
    const workflow = parseWorkflow(read('WORKFLOW.md'), 'WORKFLOW.md');
    if (!workflow.ok) expect.fail(JSON.stringify(workflow.error));
    const { roles, env } = workflow.value.settings;
    expect(roles.reviewer.run).not.toBe('');
    expect(roles.tester.run).not.toBe('');
    expect(env.pass).toEqual(['DEMO_PAUSE']);
  });

  test('its board is read without a problem, each entry with its block', async () => {
    await setUp();
    const { columns, problems } = boardOf(read('board/TODO.md'));
    expect(problems).toEqual([]);
    expect(
      columns.TODO.entries.map(({ id, kind, script, criteria }) => [id, kind, script !== null, criteria.length > 0]),
    ).toEqual(demoContent().ids.map((id) => [id, 'entry', true, true]));
  });

  test('the note becomes an entry with the block that was indented under it', async () => {
    await setUp();
    addDemoNote(root);
    const todo = read('board/TODO.md');
    const { columns, problems } = boardOf(todo);
    const note = columns.TODO.entries[0];
    expect(problems).toEqual([]);
    expect(note).toMatchObject({ kind: 'note', title: demoContent().noteTitle });
    if (note === undefined) return;
    const texts = { TODO: todo, IN_PROGRESS: '# IN_PROGRESS\n', REVIEW: null, TESTING: null };
    const picked = applyEdits(
      texts,
      [
        {
          type: 'move',
          key: note.key,
          from: 'TODO',
          to: 'IN_PROGRESS',
          position: 'bottom',
          change: { id: demoContent().noteId },
        },
      ],
      options,
    );
    if (!picked.ok) expect.fail(picked.problem.message);
    const entry = parseBoard(picked.texts, options).columns.IN_PROGRESS.entries[0];
    const block = /^ {2}```sh\n([^]*?)^ {2}```$/m.exec(todo)?.[1]?.replaceAll(/^ {2}/gm, '');
    expect(entry?.script?.trimEnd()).toBe(block?.trimEnd());
    expect(entry?.files).toEqual(['src/money.js', 'test/**']);
  });

  test('an end that is not as promised is told, each difference', async () => {
    await setUp();
    const content = demoContent();
    writeFileSync(join(root, 'stray.txt'), '');
    const differences = await checkDemo(root, content, 0);
    expect(differences).toContain(
      'kanban run --until-done ended with exit code 0 instead of 4 (one entry needs the user)',
    );
    expect(differences).toContain('T-1 did not land');
    expect(differences).toContain('T-6 is not in REVIEW as [ESCALATED]');
    expect(differences).toContain('CHANGELOG.md does not have one line for T-9');
    expect(differences.some((line) => line.includes('stray.txt'))).toBe(true);
    expect(differences).not.toContain('the tests of the workspace fail on main');
  });

  test('no file of the package is changed by what is done in the repository', () => {
    writeFileSync(join(root, 'README.md'), 'changed\n');
    expect(existsSync(join(root, 'TODO.md'))).toBe(false);
    expect(readFileSync(new URL('../../demo/workspace/README.md', import.meta.url), 'utf8')).toContain('# tally');
  });
});
