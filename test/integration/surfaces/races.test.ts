import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Board, BoardReply } from '../../../src/surfaces/board-types.ts';
import { openBoard } from '../../../src/surfaces/board.ts';
import { runs } from '../../rig/runs.ts';
import { CommandRig } from '../commands/command-rig.ts';

/** Each race has entries of its own: a text that was there before would be taken for the save of an old editor. */
const todoOf = (first: string, second: string): string => `# TODO

## ${first}: One

- note: mine

Ünïcode text.

- [ ] first
- [ ] second

## ${second}: Two

Other text.
`;

let rig: CommandRig;
let board: Board;
beforeAll(() => {
  rig = new CommandRig();
  board = openBoard(rig.root, { via: 'races' });
});
afterAll(() => {
  board.close();
  rig.remove();
});

/** As an editor saves. */
function save(text: string): void {
  writeFileSync(join(rig.root, 'board/.TODO.swp'), text);
  renameSync(join(rig.root, 'board/.TODO.swp'), join(rig.root, 'board/TODO.md'));
}

let count = 0;
let races = 0;
let [id, other] = ['', ''];

/** What one editor does. @returns a line that must be in the board afterwards; null: it was refused */
type Editor = () => Promise<string | null>;

const kept = (reply: BoardReply, line: string): string | null => {
  if (!reply.ok) expect(reply.message).toMatch(/changed meanwhile|already|is being edited/);
  return reply.ok ? line : null;
};

const EDITORS: Readonly<Record<string, Editor>> = {
  hand: async () => {
    const line = `by hand ${++count}`;
    save(rig.read('board/TODO.md').replace(/^(## T-\d+: .*\n)/m, `$1\n${line}\n`));
    return line;
  },
  handBelow: async () => {
    const line = `below by hand ${++count}`;
    save(`${rig.read('board/TODO.md').trimEnd()}\n\n${line}\n`);
    return line;
  },
  tick: async () => {
    const reply = await board.request({ command: 'tick', taskId: id, criterion: 'first' });
    return kept(reply, '- [x] first');
  },
  comment: async () => {
    const line = `comment ${++count}`;
    return kept(await board.request({ command: 'comment', taskId: id, text: line }), line);
  },
  edit: async () => {
    const line = `edited ${++count}`;
    const { text, was } = await board.entry(id);
    const reply = await board.request({
      command: 'edit',
      taskId: id,
      text: text!.replace(`## ${id}: One\n`, `## ${id}: One\n\n${line}\n`),
      was: was!,
    });
    // What it was refused for is the present text, with nothing of this one.
    if (!reply.ok) expect(reply.text).not.toContain(line);
    return kept(reply, line);
  },
  move: async () => {
    const { was } = await board.entry(id);
    const reply = await board.request({ command: 'move', taskId: id, to: 'TODO', position: 'bottom', was: was! });
    return kept(reply, `## ${id}: One`);
  },
};

/** A save that came after base had moved and before its file was written is alone on disk: the next look brings them together. */
async function settle(): Promise<void> {
  const again = (reply: BoardReply): boolean => kept(reply, '') === null;
  while (again(await board.request({ command: 'comment', taskId: other, text: `settled ${++count}` })));
}

const editor = fc.record({ name: fc.constantFrom(...Object.keys(EDITORS)), after: fc.nat({ max: 120 }) });

/** Texts that could not be merged: they are kept, and the entry's feedback names where. */
const savedTexts = (): string =>
  rig
    .git('for-each-ref', '--format=%(refname)', 'refs/kanban/saves')
    .split('\n')
    .filter(Boolean)
    .map((ref) => rig.git('show', `${ref}:board/TODO.md`))
    .join('\n');

describe('editors that race', () => {
  // KANBAN_TEST_RUNS=125 runs 1,000 races.
  it('lose no byte of each other: a hand edit against requests, requests against each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(editor, { minLength: 2, maxLength: 3 }), async (editors) => {
        races++;
        [id, other] = [`T-${2 * races - 1}`, `T-${2 * races}`];
        rig.write('board/TODO.md', todoOf(id, other));
        rig.commit('begin');
        const lines = await Promise.all(
          editors.map(async ({ name, after }) => {
            await pause(after);
            return EDITORS[name]!();
          }),
        );
        await settle();
        const text = rig.read('board/TODO.md');
        for (const line of lines)
          if (line !== null && !text.includes(line)) expect(savedTexts(), `${line} in ${text}`).toContain(line);
        const untouched = ['- note: mine', 'Ünïcode text.', '- [ ] second', `## ${other}: Two`, 'Other text.'];
        for (const line of untouched) expect(text.split(line)).toHaveLength(2);
      }),
      { numRuns: runs(8) },
    );
  }, 3_600_000);
});
