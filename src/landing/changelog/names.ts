/** The sections of Keep a Changelog, in its order. */
export const CHANGELOG_SECTIONS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const;
export type ChangelogSection = (typeof CHANGELOG_SECTIONS)[number];

/** A heading's text as a reader sees it: without markup, anchors, images and leading signs. */
export function shownName(content: string): string {
  return content
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, ' ')
    .replaceAll(/\\([^\w\s])/g, '$1')
    .replaceAll(/\[([^[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])?/g, '$1')
    .replace(/\{[#.:][^}]*\}\s*$/, '')
    .replaceAll(/:[a-z_]+\d*:/g, ' ')
    .replaceAll(/\*\*|__|[*`~]/g, '')
    .replace(/^[^\p{L}\p{N}@]+/u, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const VERSION = String.raw`v?\d+(?:\.(?:\d+|x\b))+(?:[-+.][\w.+-]*\w)?`;
const FRONT = String.raw`(?:(?:version|release|ver\.?|v\.?|release notes for|changes in|what['’]s new in) ?)`;
/** `1.2.0`, `v2`, `Version 1.0`, `2024-01-01`, `Release 3`. */
const PLAIN_RELEASE = new RegExp(
  String.raw`^(?:${FRONT}?${VERSION}|v\d+|(?:version|release) v?\d+|\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (?:\d{1,2}(?:st|nd|rd|th)?,? )?\d{4})(?![\w])`,
  'i',
);
/** `rails 5.1.0`, `foo@1.2.3`, `@scope/foo v1.2.3`, `foo-1.2.3`. */
const NAMED_RELEASE = new RegExp(String.raw`^@?[a-z][\w./-]*?(?: v?|@v?|[-/]v?)(?:\d+\.)+\d+\b`, 'i');

/** What a changelog may call what is not released yet; in a file without releases these words mean anything. */
const PENDING =
  /^(?:v?next(?: (?:major |minor |patch )?(?:release|version))?|upcoming(?: (?:release|version|changes))?|pending(?: (?:changes|release))?|head|master|main|trunk|dev|develop|development version|in development|current(?: development)? version|work in progress|wip|tbd|tba|future(?: release)?|next up|x\.y\.z|nightly|edge)(?: \(.*\))?$/i;
const NOT_RELEASED = /\b(?:un-?released|not (?:yet )?released|to be released|(?:un|not )published yet)\b/i;
/** Behind a version: `0.4.0 (in development)`, `1.2.0 - TBD`, `2.0.0 (YYYY-MM-DD)`. */
const NO_DATE = new RegExp(
  String.raw`^${FRONT}?${VERSION}[\s:–—-]*\(?(?:in (?:development|progress)|development|dev|wip|tb[da]|next|upcoming|pending|date|release ?date|(?:yyyy|xxxx|\?\?\?\?|\d{4})[-/.](?:mm|xx|\?\?)[-/.](?:dd|xx|\?\?)|\?+)\)?$`,
  'i',
);

/** Is this the name of what will be in the next release? `perhaps`: where the file has releases. */
export function unreleasedName(name: string): 'surely' | 'perhaps' | null {
  if (name.length > 80) return null;
  if (NO_DATE.test(name) || (NOT_RELEASED.test(name) && name.split(' ').length <= 8)) return 'surely';
  return PENDING.test(name) ? 'perhaps' : null;
}

/** Can a heading in this text be such a name? A cheap look, so that not all of a long file has to be parsed. */
export const mayBeUnreleased = (text: string): boolean =>
  /^.{0,60}(?:un-?|not (?:yet )?|to be )(?:released|published)\b.{0,40}$|^.{0,20}\b(?:v?next|upcoming|pending|head|master|main|trunk|dev|develop(?:ment)?|current|wip|tb[da]|future|nightly|edge|work in progress|x\.y\.z)\b.{0,40}$/im.test(
    text,
  );

/** `plain`: it begins with a version or a date; `named`: with the name of what was released. */
export function releaseName(name: string): 'plain' | 'named' | null {
  if (PLAIN_RELEASE.test(name)) return 'plain';
  return NAMED_RELEASE.test(name) && name.length <= 80 ? 'named' : null;
}

/** `1.2.0` of `[1.2.0] - 2024-01-01`, so that a release is the same one when its date or link changes. */
export function releaseKey(name: string): string {
  const found = new RegExp(VERSION, 'i').exec(name)?.[0];
  return (found === undefined ? name : name.slice(0, name.indexOf(found)) + found.replace(/^v/i, '')).toLowerCase();
}

/** Other names of the sections, as tools and people write them; the first that a file has is used. */
const OTHER_NAMES: Readonly<Record<ChangelogSection, readonly string[]>> = {
  Added: [
    'new features',
    'features',
    'feature',
    'new feature',
    'feat',
    'new',
    'additions',
    'add',
    'adds',
    'implemented',
    'minor changes',
  ],
  Changed: [
    'changes',
    'change',
    'improvements',
    'improved',
    'improvement',
    'enhancements',
    'enhancement',
    'implemented enhancements',
    'updated',
    'updates',
    'other changes',
    'other',
    'miscellaneous',
    'misc',
    'patch changes',
  ],
  Deprecated: ['deprecations', 'deprecation', 'deprecates'],
  Removed: ['removals', 'removal', 'deleted', 'removes', 'remove'],
  Fixed: [
    'bug fixes',
    'bugfixes',
    'fixes',
    'bug fix',
    'bugfix',
    'fix',
    'fixed bugs',
    'bugs fixed',
    'bugs',
    'patch changes',
  ],
  Security: ['security fixes', 'security updates', 'vulnerabilities'],
};

/** Names of a section, best first, in lower case. */
export function namesOf(section: string): readonly string[] {
  const known = CHANGELOG_SECTIONS.find((one) => one.toLowerCase() === section.toLowerCase());
  return [section.toLowerCase(), ...(known === undefined ? [] : OTHER_NAMES[known])];
}

/** Where a section stands among those of Keep a Changelog; one that it does not know: behind all of them. */
export function rankOf(name: string): number {
  const at = CHANGELOG_SECTIONS.findIndex((section) => namesOf(section).includes(name));
  return at < 0 ? CHANGELOG_SECTIONS.length : at;
}

export const isSectionName = (name: string): boolean => rankOf(name) < CHANGELOG_SECTIONS.length;

/** `Bug fixes:` → `bug fixes` */
export const sectionName = (content: string): string =>
  shownName(content)
    .replace(/\s*:$/, '')
    .replace(/[^\p{L}\p{N})]+$/u, '')
    .toLowerCase();
