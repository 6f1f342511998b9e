export const MAX_IN_COMMAND = 30;

export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** In .gitattributes blanks end a pattern, and `*?[\` match. */
export const attributePattern = (path: string): string => `/${path.replaceAll(/[\s*?[\]\\"]/g, '?')}`;

export const listed = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;
