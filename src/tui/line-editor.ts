/** One line that is being typed. */
export interface Editor {
  readonly text: string;
  /** Where the next character goes, as an index of the text's characters. */
  readonly at: number;
}

export const editorWith = (text: string): Editor => ({ text, at: charactersOf(text).length });

/** The line as the eye sees it: a letter with its accents is one. */
const charactersOf = (text: string): string[] => {
  const found: string[] = [];
  for (const character of text)
    if (found.length > 0 && COMBINING.test(character)) found[found.length - 1] += character;
    else found.push(character);
  return found;
};
const COMBINING = /^(?:\p{Mn}|\p{Me}|\u200D)$/u;

/** Text on both sides of the cursor. */
export function sidesOf({ text, at }: Editor): readonly [before: string, after: string] {
  const characters = charactersOf(text);
  return [characters.slice(0, at).join(''), characters.slice(at).join('')];
}

/** Text before the cursor, the character under it ('' at the end), and the rest. */
export function aroundCursor({ text, at }: Editor): readonly [before: string, under: string, after: string] {
  const characters = charactersOf(text);
  return [characters.slice(0, at).join(''), characters[at] ?? '', characters.slice(at + 1).join('')];
}

/** Puts in what was typed or pasted, on one line. */
export function typed(editor: Editor, given: string): Editor {
  const [before, after] = sidesOf(editor);
  const start = before + given.replaceAll(/\s+/g, ' ').replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, '');
  return { text: start + after, at: charactersOf(start).length };
}

/**
 * What a key does to the line, as in a shell.
 * @param key by its name: `left`, `ctrl-w`
 * @returns null: the key edits nothing
 */
export function edited(editor: Editor, key: string): Editor | null {
  const change = EDITS[key];
  return change === undefined ? null : change(editor);
}

const erase = ({ text, at }: Editor, from: number): Editor => {
  const characters = charactersOf(text);
  const begin = Math.max(0, from);
  return { text: [...characters.slice(0, begin), ...characters.slice(at)].join(''), at: begin };
};

const wordStart = ({ text, at }: Editor): number => {
  const before = charactersOf(text).slice(0, at).join('');
  return charactersOf(before.replace(/\S*\s*$/, '')).length;
};

const to = (editor: Editor, at: number): Editor => ({
  ...editor,
  at: Math.min(charactersOf(editor.text).length, Math.max(0, at)),
});

const wordEnd = ({ text, at }: Editor): number => {
  const after = charactersOf(text).slice(at).join('');
  return at + charactersOf(/^\s*\S*/.exec(after)?.[0] ?? '').length;
};

const EDITS: Readonly<Record<string, (editor: Editor) => Editor>> = {
  left: (editor) => to(editor, editor.at - 1),
  right: (editor) => to(editor, editor.at + 1),
  'ctrl-b': (editor) => to(editor, editor.at - 1),
  'ctrl-f': (editor) => to(editor, editor.at + 1),
  'ctrl-left': (editor) => to(editor, wordStart(editor)),
  'ctrl-right': (editor) => to(editor, wordEnd(editor)),
  home: (editor) => to(editor, 0),
  'ctrl-a': (editor) => to(editor, 0),
  end: (editor) => editorWith(editor.text),
  backspace: (editor) => erase(editor, editor.at - 1),
  delete: (editor) => {
    const characters = charactersOf(editor.text);
    return { text: characters.toSpliced(editor.at, 1).join(''), at: editor.at };
  },
  'ctrl-w': (editor) => erase(editor, wordStart(editor)),
  'ctrl-u': (editor) => erase(editor, 0),
  'ctrl-k': (editor) => ({ text: charactersOf(editor.text).slice(0, editor.at).join(''), at: editor.at }),
};
