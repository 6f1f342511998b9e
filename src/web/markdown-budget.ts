/** Characters of a text that is read as markdown; a longer one is shown as it is. */
export const MAX_MARKDOWN = 64 * 1024;

/** How deep the parts of a text may be nested. */
export const MAX_DEPTH = 100;

/** Characters of the HTML of a text. */
export const mostHtml = (markdown: string): number => Math.min(1024 * 1024, 8 * markdown.length + 64 * 1024);

/** Why a text is not read as markdown: it has too many characters, its HTML would have, it is nested too deep, it takes too long. */
export type TooMuch = 'long' | 'html' | 'deep' | 'slow';

export class TooMuchError extends Error {
  readonly what: TooMuch;

  constructor(what: TooMuch) {
    super(what);
    this.what = what;
  }
}
