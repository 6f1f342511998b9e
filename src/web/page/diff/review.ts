/** A comment on a line of a diff. */
export interface LineComment {
  readonly file: string;
  /** In the file as it is after the change; of a removed line as it was before. */
  readonly line: number;
  readonly side: 'new' | 'old';
  /** The line itself, without its sign. */
  readonly code: string;
  readonly text: string;
}

/** Comments in the order of the diff, as one text for the agent: each with its file, its line and the line's text. */
export function reviewText(comments: readonly LineComment[]): string {
  return comments
    .map(({ file, line, side, code, text }) => {
      const shown = code.trim();
      const quoted = shown === '' ? '' : `\n> ${shown}`;
      return `${file}:${line}${side === 'old' ? ' (removed)' : ''}${quoted}\n${text.trim()}`;
    })
    .join('\n\n');
}

/** Drafts stand in the order in which the diff shows them. @param files in their order */
export const inOrder = (comments: readonly LineComment[], files: readonly string[]): LineComment[] =>
  comments.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line);
