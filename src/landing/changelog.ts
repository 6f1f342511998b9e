/** The sections of Keep a Changelog, in its order. */
export const CHANGELOG_SECTIONS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const;
export type ChangelogSection = (typeof CHANGELOG_SECTIONS)[number];

/**
 * Adds a bullet at the end of a section of `## [Unreleased]`; section, heading and file are made where they are missing.
 * Every other byte stays (a last line without a line break gets one).
 * @param text the file; null = there is none.
 * @param line with or without `- `.
 */
export function insertChangelogLine(
  text: string | null,
  { section, line }: { readonly section: ChangelogSection; readonly line: string },
): string {
  const bullet = /^[-*+] /.test(line) ? line : `- ${line}`;
  return insertBullet(text, 'unreleased', section, bullet);
}

/** What a branch's own edits of the changelog gave. */
export interface CarriedOver {
  readonly text: string | null;
  /** Bullets that came over, by section. */
  readonly added: readonly { readonly section: string; readonly bullet: string }[];
  /** Rewordings of bullets that base has reworded or removed itself: base's stand. */
  readonly dropped: readonly string[];
}

/**
 * Lays a branch's changelog edits over base's text, bullet by bullet and by (`##`, `###`) section, so that two branches
 * never conflict in it. New bullets are added; a reworded bullet is replaced if base still has it; everything else that
 * the branch did to the file stays behind. Line merges (`merge=union`) glue headings, double rewordings, revive deleted
 * bullets and file new ones under a released version.
 * @param base base's file now; null = none.
 * @param branchBase the file that the branch started from; of crossing histories all of them.
 */
export function carryOver(
  base: string | null,
  branchBase: string | null | readonly string[],
  branch: string,
): CarriedOver {
  const before = (typeof branchBase === 'string' ? [branchBase] : (branchBase ?? [])).map(findBullets);
  const known = before.map((bullets) => new Set(bullets.flatMap(({ key, text }) => [text, key + text])));
  const added: { section: string; bullet: string }[] = [];
  const dropped: string[] = [];
  const levels = linesOf(base ?? '').filter(({ level }) => level === 2);
  const versions = new Set(['unreleased', ...levels.map(nameOf)]);
  let text = base;
  const has = (bullet: string, key?: string): boolean =>
    findBullets(text ?? '').some((one) => one.text === bullet && (key === undefined || one.key === key));
  for (const [key, bullets] of bulletsOf(branch)) {
    const [version = '', section = ''] = key.split('\n');
    // What stands in some of several files was taken out by base, not by the branch.
    const old = (before[0] ?? []).filter((one) => one.key === key && known.every((all) => all.has(key + one.text)));
    const gone = old.map((one) => one.text).filter((bullet) => !bullets.includes(bullet));
    // What the branch moved into a release that base doesn't have stands in base where it was.
    const where = versions.has(version) ? key : '';
    const fresh = bullets.filter((bullet) => !known.some((all) => all.has(where + bullet)));
    fresh.forEach((bullet, i) => {
      const reworded = gone[i];
      if (reworded !== undefined && has(reworded, key)) text = replaceBullet(text ?? '', key, reworded, bullet);
      else if (reworded !== undefined && !has(reworded) && isRewording(reworded, bullet))
        return void dropped.push(bullet);
      else if (has(bullet, key)) return;
      // Also where its old words are released by now: they can't be replaced, and these must not get lost.
      else text = insertBullet(text, version, section, bullet);
      added.push({ section, bullet });
    });
  }
  return { text, added, dropped };
}

/** Do they share half of the words of the shorter one? */
function isRewording(old: string, bullet: string): boolean {
  const [a, b] = [old, bullet].map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu)));
  if (a === undefined || b === undefined) return false;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared * 2 >= Math.min(a.size, b.size);
}

/**
 * Offset of the byte behind the heading that follows `## [Unreleased]`: nothing behind it has to be read to add a line, and
 * a changelog grows for years there. The whole length where that can't be told from the file's beginning.
 */
export function endOfUnreleased(bytes: Buffer): number {
  for (let size = FIRST_LOOK; size < bytes.length; size *= 4) {
    const text = bytes.toString('latin1', 0, bytes.lastIndexOf(0x0a, size) + 1);
    const lines = linesOfVersion(text, UNRELEASED);
    const last = lines.at(-1);
    const isBehind = lines.slice(0, -1).some((line) => line.level === 2 && nameOf(line) === UNRELEASED);
    if (last && isBehind && (last.level === 1 || last.level === 2)) return last.end;
  }
  return bytes.length;
}

const UNRELEASED = 'unreleased';
const FIRST_LOOK = 16_384;

export interface Line {
  /** Without its line break. */
  readonly text: string;
  /** Offset of its first character, and of the one behind its line break. */
  readonly start: number;
  readonly end: number;
  /** 2 for `##`; 0 = no heading. */
  readonly level: number;
}

/** @param until no line behind the first one of which this is true */
export function linesOf(text: string, until: (line: Line) => boolean = () => false): Line[] {
  const lines: Line[] = [];
  let fence: string | null = null;
  for (const match of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const shown = match[0].replace(/\r?\n$/, '').replace(/^\uFEFF/, '');
    const mark = /^ {0,3}(```+|~~~+)/.exec(shown)?.[1];
    const inside: boolean = fence !== null;
    if (mark) fence = fence === null ? mark.slice(0, 3) : shown.trim().startsWith(fence) ? null : fence;
    const level = inside || mark ? 0 : (/^(#{1,6})(\s|$)/.exec(shown)?.[1]?.length ?? 0);
    const line = { text: shown, start: match.index, end: match.index + match[0].length, level };
    lines.push(line);
    if (until(line)) break;
  }
  return lines;
}

/** Up to the heading behind the first section of this version: a changelog grows for years, and mostly behind it. */
function linesOfVersion(text: string, version: string): Line[] {
  let found = false;
  return linesOf(text, (line) => {
    if (line.level === 0 || line.level > 2) return false;
    const before = found;
    found ||= line.level === 2 && nameOf(line) === version;
    return before;
  });
}

/** `## [Unreleased] - soon` → `unreleased`, `## [1.2.0] - 2024-01-01` → `1.2.0`, `### Fixed` → `fixed` */
export function nameOf(line: Line): string {
  const text = line.text.replace(/^#+\s*/, '').trim();
  return (/^\[([^\]]+)\]/.exec(text)?.[1] ?? text.replace(/\s+-\s.*$/, '')).trim().toLowerCase();
}

export const isBlank = (line: Line): boolean => line.text.trim() === '';
const isLink = (line: Line): boolean => /^ {0,3}\[[^\]]+\]:\s/.test(line.text);

/** Lines [from, to) below a heading: up to the next heading of its level or above, or the link list at the file's end. */
export function below(lines: readonly Line[], heading: number): number {
  const level = lines[heading]!.level;
  let to = heading + 1;
  while (to < lines.length && !(lines[to]!.level > 0 && lines[to]!.level <= level) && !isLink(lines[to]!)) to++;
  return to;
}

export function insertBullet(text: string | null, version: string, section: string, bullet: string): string {
  const eol = text !== null && text.includes('\r\n') && !/[^\r]\n/.test(text) ? '\r\n' : '\n';
  const body = bullet.replaceAll(/\r?\n/g, eol);
  if (text === null || text.trim() === '')
    return `${text ?? ''}${['# Changelog', '', '## [Unreleased]', '', `### ${title(section)}`, '', body, ''].join(eol)}`;
  const lines = linesOfVersion(text, version);
  let at = lines.findIndex((line) => line.level === 2 && nameOf(line) === version);
  if (at < 0) at = lines.findIndex((line) => line.level === 2 && nameOf(line) === 'unreleased');
  if (at < 0) return withUnreleased(text, lines, [`### ${title(section)}`, '', body], eol);
  const end = below(lines, at);
  const headings = range(at + 1, end).filter((i) => lines[i]!.level === 3);
  const own = headings.find((i) => nameOf(lines[i]!) === section.toLowerCase());
  const airy = headings.length === 0 || headings.some((i) => i + 1 < lines.length && isBlank(lines[i + 1]!));
  if (own !== undefined) {
    const last = lastFull(lines, own, below(lines, own));
    const gap = last === own && airy ? ['', body] : [body];
    return splice(text, lines, last, gap, eol, last === own);
  }
  const next = headings.find((i) => rank(nameOf(lines[i]!)) > rank(section.toLowerCase()));
  const last = lastFull(lines, at, next ?? end);
  return splice(text, lines, last, ['', `### ${title(section)}`, ...(airy ? [''] : []), body], eol, true);
}

/** Puts lines behind the line `after`; with a blank line before the next heading or text, if `apart` is asked for. */
function splice(
  text: string,
  lines: readonly Line[],
  after: number,
  added: readonly string[],
  eol: string,
  apart: boolean,
): string {
  const offset = lines[after]!.end;
  const head = text.slice(0, offset);
  const next = lines[after + 1];
  const trail = apart && next && !isBlank(next) ? [''] : [];
  const start = head === '' || head.endsWith('\n') ? head : head + eol;
  return start + [...added, ...trail].map((line) => line + eol).join('') + text.slice(offset);
}

function withUnreleased(text: string, lines: readonly Line[], content: readonly string[], eol: string): string {
  const block = ['## [Unreleased]', '', ...content];
  const first = lines.findIndex((line) => line.level === 2);
  const stop = first >= 0 ? first : lines.findIndex(isLink);
  if (stop >= 0) {
    const offset = lines[stop]!.start;
    const before = stop > 0 && !isBlank(lines[stop - 1]!) ? [''] : [];
    return text.slice(0, offset) + [...before, ...block, ''].map((line) => line + eol).join('') + text.slice(offset);
  }
  return splice(text, lines, lastFull(lines, 0, lines.length), ['', ...block], eol, false);
}

/** The last line in [from, to) that is not blank. */
function lastFull(lines: readonly Line[], from: number, to: number): number {
  let last = to - 1;
  while (last > from && isBlank(lines[last]!)) last--;
  return last;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const title = (section: string): string => (section === '' ? 'Changed' : section[0]!.toUpperCase() + section.slice(1));

/** Sections that Keep a Changelog does not know stand where they are, behind those that it knows. */
function rank(name: string): number {
  const known = CHANGELOG_SECTIONS.findIndex((section) => section.toLowerCase() === name);
  return known < 0 ? CHANGELOG_SECTIONS.length : known;
}

export interface Bullet {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Every top-level bullet with its continuation lines. */
export function findBullets(text: string): Bullet[] {
  const lines = linesOf(text);
  const found: Bullet[] = [];
  let [version, section] = ['', ''];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.level > 0 && line.level <= 2) [version, section] = [line.level === 2 ? nameOf(line) : '', ''];
    else if (line.level === 3) section = nameOf(line);
    else if (/^[-*+] /.test(line.text)) {
      let last = i;
      for (let j = i + 1; j < lines.length && continues(lines, j); j++) if (!isBlank(lines[j]!)) last = j;
      const body = text.slice(line.start, lines[last]!.end).replace(/\r?\n$/, '');
      found.push({
        key: `${version}\n${section}`,
        start: line.start,
        end: line.start + body.length,
        text: body.replaceAll('\r\n', '\n'),
      });
      i = last;
    }
  }
  return found;
}

/** Indented lines, and lazy ones without a blank line before them. */
function continues(lines: readonly Line[], at: number): boolean {
  const line = lines[at]!;
  if (line.level > 0 || /^[-*+] /.test(line.text) || isLink(line)) return false;
  return isBlank(line) || /^\s/.test(line.text) || !isBlank(lines[at - 1]!);
}

export function bulletsOf(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { key, text: bullet } of findBullets(text)) found.set(key, [...(found.get(key) ?? []), bullet]);
  return found;
}

export function replaceBullet(text: string, key: string, old: string, bullet: string): string {
  const hit = findBullets(text).find((one) => one.key === key && one.text === old);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return hit ? text.slice(0, hit.start) + bullet.replaceAll('\n', eol) + text.slice(hit.end) : text;
}
