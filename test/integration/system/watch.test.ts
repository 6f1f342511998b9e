import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { watchBoard } from '../../../src/system/watch.ts';
import type { BoardWatch, ChangeKind } from '../../../src/system/watch.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

let root: string;
let todo: string;
let watching: BoardWatch | null;
/** What a coordinator would know: the text as read at the last signal. */
let seen: string;
let kinds: ChangeKind[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'kanban-watch ü '));
  execFileSync('git', ['init', '-q', '-b', 'main', root]);
  for (const dir of ['board', 'prompts', '.kanban/mailbox', '.kanban/ended', 'src'])
    mkdirSync(join(root, dir), { recursive: true });
  todo = join(root, 'board/TODO.md');
  for (const file of [todo, join(root, 'WORKFLOW.md'), join(root, 'prompts/task.md')]) writeFileSync(file, 'start\n');
  seen = 'start\n';
  kinds = [];
  watching = null;
  await start();
});

afterEach(async () => {
  await watching?.close();
  rmSync(root, { recursive: true, force: true });
});

async function start(): Promise<void> {
  watching = watchBoard({
    paths: {
      board: join(root, 'board'),
      workflow: join(root, 'WORKFLOW.md'),
      prompts: join(root, 'prompts'),
      messages: join(root, 'messages'),
      mailbox: join(root, '.kanban/mailbox'),
      ended: join(root, '.kanban/ended'),
    },
    onChange: (kind) => {
      kinds.push(kind);
      if (kind === 'board') seen = readFileOrEmpty(todo);
    },
  });
  await watching.ready;
}

describe('a save of the board is reported, and the last text is the one read (I1)', () => {
  it('plain write', async () => {
    writeFileSync(todo, 'plain\n');
    await until(() => seen === 'plain\n');
  });

  it('written aside and renamed', async () => {
    writeFileSync(join(root, 'board/.TODO.md.tmp'), 'renamed\n');
    renameSync(join(root, 'board/.TODO.md.tmp'), todo);
    await until(() => seen === 'renamed\n');
  });

  it('as vim does: the old file moved away, a new one written, the old one removed', async () => {
    for (const text of ['vim 1\n', 'vim 2\n']) {
      writeFileSync(join(root, 'board/4913'), '');
      rmSync(join(root, 'board/4913'));
      renameSync(todo, `${todo}~`);
      writeFileSync(todo, text);
      rmSync(`${todo}~`);
      await until(() => seen === text);
    }
  });

  it('sed -i', async () => {
    execFileSync('sed', ['-i.bak', 's/start/sed/', todo]);
    await until(() => seen === 'sed\n');
  });

  it('truncated, then written in parts: the last part is seen too', async () => {
    for (let round = 0; round < 8; round++) {
      const file = openSync(todo, 'w');
      // The part is written as soon as the emptied file has been reported, that is while chokidar is deaf for it.
      await until(() => seen === '');
      writeSync(file, `part 1 of ${round}\n`);
      writeSync(file, 'part 2\n');
      closeSync(file);
      await until(() => seen === `part 1 of ${round}\npart 2\n`);
    }
  });

  it('many writes in a row: the last one is seen', async () => {
    for (let i = 0; i <= 200; i++) writeFileSync(todo, `write ${i}\n`);
    await until(() => seen === 'write 200\n');
  });

  it('the folder deleted and made again, twice; a file deleted and made again', async () => {
    for (const text of ['again 1\n', 'again 2\n']) {
      rmSync(join(root, 'board'), { recursive: true });
      await until(() => seen === '');
      mkdirSync(join(root, 'board'));
      writeFileSync(todo, text);
      await until(() => seen === text);
      writeFileSync(todo, `${text}more\n`);
      await until(() => seen === `${text}more\n`);
    }
    rmSync(todo);
    await until(() => seen === '');
    writeFileSync(todo, 'new file\n');
    await until(() => seen === 'new file\n');
  });

  it('the folder replaced at once, as a switch of branches does', async () => {
    for (let round = 0; round < 5; round++) {
      rmSync(join(root, 'board'), { recursive: true });
      mkdirSync(join(root, 'board'));
      writeFileSync(todo, `switched ${round}\n`);
      await until(() => seen === `switched ${round}\n`);
      writeFileSync(todo, `edited ${round}\n`);
      await until(() => seen === `edited ${round}\n`);
    }
  });
});

describe('everything else that the coordinator reads', () => {
  const reported = async (kind: ChangeKind, change: () => void): Promise<void> => {
    kinds.length = 0;
    change();
    await until(() => kinds.includes(kind));
  };

  it('settings, prompts, requests, ended runs', async () => {
    await reported('workflow', () => writeFileSync(join(root, 'WORKFLOW.md'), 'x'));
    await reported('prompts', () => writeFileSync(join(root, 'prompts/tester.md'), 'x'));
    await reported('mailbox', () => writeFileSync(join(root, '.kanban/mailbox/1.json'), 'x'));
    await reported('ended', () => writeFileSync(join(root, '.kanban/ended/T-1'), 'x'));
  });

  it('nothing for files that it does not read', async () => {
    kinds.length = 0;
    writeFileSync(join(root, 'src/index.js'), 'x');
    writeFileSync(join(root, 'README.md'), 'x');
    writeFileSync(join(root, 'WORKFLOW.md'), 'y');
    await until(() => kinds.length >= 2);
    expect(new Set(kinds)).toEqual(new Set(['workflow']));
  });
});
