import { UNCHECKED_LOCK } from '../../rig/lock-proof.ts';
import { describe, expect, it } from 'vitest';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import { Observer } from '../../../src/coordinator/observe/observer.ts';
import { BoardWriter } from '../../../src/coordinator/perform/board-writer.ts';
import { type Clone, makeClones, observed, TODO } from '../landing/clones.ts';

interface Desk {
  readonly clone: Clone;
  readonly observer: Observer;
  readonly events: KanbanEvent[];
  /** Looks, as a tick does, and gives the writer of that tick. */
  look(): Promise<{ readonly writer: BoardWriter }>;
}

async function desk(): Promise<Desk> {
  const { a: clone } = await makeClones();
  const observer = new Observer(clone.repo);
  const events: KanbanEvent[] = [];
  const look: Desk['look'] = async () => {
    const observation = await observed(observer);
    return { writer: new BoardWriter(observer, observation, (event) => void events.push(event), UNCHECKED_LOCK) };
  };
  await look();
  return { clone, observer, events, look };
}

describe('I1: a user who saves while the board is written', () => {
  it('holds up no commit of the files that they leave alone', async () => {
    const { clone, look } = await desk();
    clone.write('board/TODO.md', `${TODO}\nfirst words\n`);
    clone.write('board/REVIEW.md', '# REVIEW\n\nfirst words\n');
    const { writer } = await look();
    clone.write('board/REVIEW.md', '# REVIEW\n\nfirst words\n\nmore\n');
    expect(await writer.commitEdits(['TODO'])).toMatchObject({ kind: 'done' });
    expect(clone.show('board/TODO.md')).toContain('first words');
    expect(clone.read('board/REVIEW.md')).toContain('more');
  });

  it('is waited for without a longer wait each time', async () => {
    const { clone, look } = await desk();
    clone.write('board/TODO.md', `${TODO}\nfirst words\n`);
    const { writer } = await look();
    clone.write('board/TODO.md', `${TODO}\nfirst words\n\nmore\n`);
    expect(await writer.commitEdits(['TODO'])).toEqual({ kind: 'stale', edited: 'board/TODO.md' });
  });

  it('a move by hand is committed as a whole or not at all', async () => {
    const { clone, look } = await desk();
    const [before, entry = ''] = TODO.split(/(?=## T-2)/);
    clone.write('board/TODO.md', before ?? '');
    clone.write('board/IN_PROGRESS.md', `# IN_PROGRESS\n\n${entry}`);
    clone.write('board/REVIEW.md', '# REVIEW\n\nwords\n');
    const { writer } = await look();
    clone.write('board/IN_PROGRESS.md', `# IN_PROGRESS\n\n${entry}\nmore\n`);
    expect(await writer.commitEdits(['REVIEW'])).toMatchObject({ kind: 'done' });
    expect(clone.show('board/REVIEW.md')).toContain('words');
    expect(clone.show('board/TODO.md')).toContain('## T-2');
  });
});

describe('I1: a text that is in no file', () => {
  it('is kept without a word when the user typed on, and with an event when an old text took its place', async () => {
    const { clone, look, events } = await desk();
    clone.write('board/TODO.md', `${TODO}\nfirst words\n`);
    await look();
    clone.write('board/TODO.md', `${TODO}\nother words and more of them\n`);
    await (await look()).writer.keepLost();
    expect(clone.show('board/TODO.md', 'refs/kanban/replaced/1')).toContain('first words');
    expect(events).toEqual([]);
    clone.write('board/TODO.md', TODO);
    await (await look()).writer.keepLost();
    expect(clone.show('board/TODO.md', 'refs/kanban/saves/1')).toContain('other words');
    expect(events).toMatchObject([{ type: 'old-buffer-read', saved: ['refs/kanban/saves/1'] }]);
  });

  it('is seen while a tick is at work', async () => {
    const { clone, observer, look } = await desk();
    const { glimpses } = observer.boardReader;
    glimpses.start();
    clone.write('board/TODO.md', `${TODO}\nfirst words\n`);
    await new Promise((resolve) => setTimeout(resolve, 700));
    glimpses.stop();
    clone.write('board/TODO.md', TODO);
    await (await look()).writer.keepLost();
    expect(clone.show('board/TODO.md', 'refs/kanban/saves/1')).toContain('first words');
  });
});

describe('I1: the ref of a kept save', () => {
  it('is put into what is committed with it, and into nothing else', async () => {
    const { clone, look } = await desk();
    // A column that a person wrote so, or that an earlier version left so.
    const literal = '# REVIEW\n\ngit show refs/kanban/saves/<n>\n';
    clone.commit('as it is', { 'board/REVIEW.md': literal });
    const entry = '## T-2: Two\n\nas it was\n';
    const todo = clone.read('board/TODO.md').replace('## T-2: Two\n', entry);
    clone.commit('words', { 'board/TODO.md': todo });
    await look();
    const moved = todo.replace('as it was', 'as it is').replace('Do it.', 'Do it, and do much more of it than before.');
    clone.commit('other words', { 'board/TODO.md': moved }, 'Kanban-Move: T-2 TODO -> TODO');
    await look();
    clone.write('board/TODO.md', todo.replace('as it was', 'no, otherwise'));
    expect(await (await look()).writer.commitEdits(['TODO'])).toMatchObject({ kind: 'done' });
    expect(clone.show('board/TODO.md')).toContain('git show refs/kanban/saves/1:board/TODO.md');
    clone.write('board/REVIEW.md', `${literal}\na word\n`);
    expect(await (await look()).writer.commitEdits(['REVIEW'])).toMatchObject({ kind: 'done' });
    expect(clone.show('board/REVIEW.md')).toBe(`${literal}\na word\n`);
  });
});
