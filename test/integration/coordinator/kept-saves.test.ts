import { expect, it } from 'vitest';
import { keepSave } from '../../../src/coordinator/observe/kept-saves.ts';
import { type Clone, makeClones } from '../landing/clones.ts';

const PATH = 'board/TODO.md';
const keep = async ({ repo, git }: Clone, text: string): Promise<string> => {
  const kept = await keepSave(repo, git('rev-parse', 'main'), PATH, { text, isOlder: true });
  if (!kept.ok) throw new Error(kept.error);
  return kept.value;
};

it('I1: a kept text is not pushed out by the saves of somebody who types on in another', async () => {
  const { a: clone } = await makeClones();
  const first = await keep(clone, '# TODO\n\nA paragraph.\n');
  expect(first).toBe('refs/kanban/saves/1');
  const typed = '# TODO\n\nAnother text that is typed, one character after the other.\n';
  const refs = new Set<string>();
  for (let length = 12; length <= typed.length; length++) refs.add(await keep(clone, typed.slice(0, length)));
  expect([...refs]).toEqual(['refs/kanban/saves/2']);
  expect(clone.show(PATH, first)).toContain('A paragraph.');
  expect(clone.show(PATH, 'refs/kanban/saves/2')).toContain('one character after the other.');
  // Without a line of the one before it is another text.
  expect(await keep(clone, '# TODO\n\nOther words.\n')).toBe('refs/kanban/saves/3');
});
