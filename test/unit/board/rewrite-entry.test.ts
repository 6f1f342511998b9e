import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/board/edit/edit.ts';
import { rewriteEntry, type Rewrite } from '../../../src/board/edit/rewrite-entry.ts';
import type { BoardTexts } from '../../../src/board/entry.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { allEntries, options, texts } from './board-fixture.ts';

const one = options();

const entryOf = (todo: string, key = 'T-1') =>
  allEntries(parseBoard(texts({ TODO: todo }), one)).find((entry) => entry.key === key)!;

function rewritten(source: string, change: Rewrite): string {
  const made = rewriteEntry(entryOf(source), change, one);
  return made.ok ? made.value : made.error.map(({ message }) => message).join('; ');
}

describe('parts of an entry, set by name', () => {
  it.each([
    ['## [RETRY] **T-1**: Old one [PAUSED]\n\ntext\n', 'New', '## [RETRY] **T-1**: New [PAUSED]\n\ntext\n'],
    ['## T-1: T-1\n', 'New', '## T-1: New\n'],
    ['## T-1:\n\ntext\n', 'New', '## T-1: New\n\ntext\n'],
  ])('title of %j', (before, title, after) => {
    expect(rewritten(before, { title })).toBe(after);
  });

  it('a body that looks like fields stays a body, in an entry without fields too', () => {
    const text = rewritten('## T-1: One\n\nold\n', { body: '- a: b\n- depends: T-9' });
    expect(text).toContain('- a: b\n- depends: T-9\n');
    expect(entryOf(text)).toMatchObject({ fields: [], depends: [] });
    expect(rewritten('## T-1: One\n', { body: '- first\n- second' })).toBe('## T-1: One\n\n- first\n- second\n');
  });

  it('a body replaces all below the fields, and a list there does not join them (I1)', () => {
    expect(rewritten('## T-1: One\n\n- files: a\n\nold\n\n', { body: 'new\r\nlines\n' })).toBe(
      '## T-1: One\n\n- files: a\n\nnew\nlines\n\n',
    );
    const list = rewritten('## T-1: One\n\n- files: a\n', { body: '- model: big\n- one' });
    expect(entryOf(list).fields.map(({ key }) => key)).toEqual(['files']);
    expect(entryOf(list).body).toContain('- model: big\n- one');
    expect(rewritten('## T-1: One\n\nold\n', { body: '' })).toBe('## T-1: One\n');
    expect(rewritten('## T-1: One', { body: '- a list' })).toBe('## T-1: One\n\n- a list');
  });

  it.each(['- depends: T-9\n- priority : high', '- Depends on: T-9', 'depends: T-9', '- depends: T-9\n- a sentence'])(
    'sets no field above a list that is not read as fields: %j',
    (list) => {
      const made = rewriteEntry(entryOf(`## T-1: One\n\n${list}\n\ntext\n`), { fields: { priority: 'P0' } }, one);
      expect(made).toMatchObject({ ok: false, error: [{ code: 'fields-unclear' }] });
    },
  );

  it('sets, adds and removes fields, whatever their length', () => {
    const files = Array.from({ length: 200 }, (_, n) => `src/file-${n}.ts`).join(', ');
    const text = rewritten('## T-1: One\n\n- Priority: P3\n- note: mine\n- model: big\n\nBody.\n', {
      fields: { priority: 'P0', model: '', files, agent: ' claude\nx' },
    });
    expect(text).toBe(`## T-1: One\n\n- priority: P0\n- note: mine\n- files: ${files}\n- agent: claude x\n\nBody.\n`);
  });

  it('refuses what the coordinator could not read, and quick notes', () => {
    expect(rewritten('## T-1: One\n', { fields: { priority: 'soon' } })).toContain('soon');
    expect(rewritten('## T-1: One\n\n- priority: soon\n', { fields: { model: 'big' } })).toContain('model: big');
    expect(rewritten('# TODO\n\n- [ ] T-1: A note\n', { title: 'New' })).toContain('quick note');
  });
});

describe("an entry's text is replaced by the user's", () => {
  const TODO = '# TODO\n\n## T-1: One\n\nold\n\n## T-2: Two\n\n# Later\n\n## T-3: Three\n';
  const replace = (todo: string, key: string, text: string, was = entryOf(todo, key).source): string | null => {
    const done = applyEdits(texts({ TODO: todo }), [{ type: 'replace', key, column: 'TODO', text, was }], one);
    return done.ok ? done.texts.TODO : done.problem.code;
  };

  it('and all around it stays (I1)', () => {
    expect(replace(TODO, 'T-1', '## [PAUSED] T-1: Uno\n\nnew')).toBe(
      TODO.replace('## T-1: One\n\nold', '## [PAUSED] T-1: Uno\n\nnew'),
    );
    expect(replace(TODO, 'T-3', '## T-3: Drei\n\n\n')).toBe(TODO.replace('Three', 'Drei'));
    expect(replace('# TODO\r\n\r\n## T-1: One\r\n', 'T-1', '## T-1: Uno\n\nnew\n')).toBe(
      '# TODO\r\n\r\n## T-1: Uno\r\n\r\nnew\r\n',
    );
    expect(replace('# TODO\n\n- [ ] T-1: A note\n', 'T-1', '- [ ] T-1: Another\n  more')).toBe(
      '# TODO\n\n- [ ] T-1: Another\n  more\n',
    );
  });

  it.each([
    ['another text meanwhile', '## T-1: Uno', 'not what it was', 'entry-changed'],
    ['nothing', '', undefined, 'not-one-entry'],
    ['another id', '## T-4: Uno', undefined, 'not-one-entry'],
    ['a second entry', '## T-1: Uno\n\n## T-4: Four', undefined, 'not-one-entry'],
    ['text above the heading', 'intro\n\n## T-1: Uno', undefined, 'not-one-entry'],
    ['a fence that swallows the next entry', '## T-1: Uno\n\n```\n', undefined, 'unsafe-edit'],
    ['a section that parks what follows', '## T-1: Uno\n\n# Later', undefined, 'unsafe-edit'],
  ])('but not by %s', (_, text, was, code) => {
    expect(replace(TODO, 'T-1', text, was)).toBe(code);
  });
});

describe('a move before another entry', () => {
  const before: BoardTexts = texts({
    TODO: '# TODO\n\n## T-1: One\n\n## T-2: Two\n\n# Later\n\n## T-3: Three\n',
    REVIEW: '# REVIEW\n\n## T-4: Four\n',
  });
  const move = (key: string, to: 'TODO' | 'REVIEW', next: string) =>
    applyEdits(before, [{ type: 'move', key, from: 'TODO', to, position: 'bottom', before: next }], one);

  it('puts it right there, a parked one too', () => {
    const done = move('T-3', 'TODO', 'T-2');
    expect(done.ok && done.texts.TODO).toBe('# TODO\n\n## T-1: One\n\n## T-3: Three\n\n## T-2: Two\n\n# Later\n\n');
    const other = move('T-2', 'REVIEW', 'T-4');
    expect(other.ok && other.texts.REVIEW).toBe('# REVIEW\n\n## T-2: Two\n\n## T-4: Four\n');
  });

  it('refuses one that is not there, or parked', () => {
    for (const next of ['T-9', 'T-3'])
      expect(move('T-1', 'TODO', next)).toMatchObject({ ok: false, problem: { code: 'entry-not-found' } });
  });
});
