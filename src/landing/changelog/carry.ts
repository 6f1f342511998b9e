import { mergeThree } from '../../board/merge/merge-three.ts';
import { insertBullet } from './changelog.ts';
import { cutBullet, headingsOf, newBullets, replaceBullet, takeOfSection } from './bullets.ts';
import { sectionName } from './names.ts';
import { findBullets, isHeading, outlineOf, UNRELEASED, versionAt, type Bullet } from './outline.ts';
import * as messages from './messages.ts';

/** CHANGELOG.md on base, on a branch, and where the two parted; null = no such file. */
export interface CarrySides {
  readonly base: string | null;
  /** Of crossing histories all of them; none: the file was not there. */
  readonly before: readonly string[];
  readonly branch: string;
  /** What git's merge of lines gives, where it saw no conflict. */
  readonly byLines: string | null;
}

/** What a branch's own edits of the changelog gave. */
export interface CarriedOver {
  readonly text: string | null;
  /** Lines of the branch's changes that are not in it, each as a sentence. */
  readonly left: readonly string[];
}

/**
 * Lays a branch's changelog edits over base's text. Bullets go one by one and by section, so that two branches never
 * conflict in them: a merge of lines glues headings, doubles rewordings, revives deleted bullets and files new ones under a
 * released version. All else is git's merge of lines where that has the bullets in the same places, or else what of the
 * branch's lines meets no change of base. What is left out is named.
 */
export function carryOver({ base, before, branch, byLines }: CarrySides): CarriedOver {
  const [only, another] = before;
  // Nothing was done on base: git's merge is the branch's file.
  if (base === only && another === undefined && base !== null && isSound(branch, [base]))
    return { text: branch, left: [] };
  if (base === null && only === undefined && isSound(branch, [])) return { text: branch, left: [] };
  const bullets = carryBullets(base, before, branch);
  const text = mergedText(bullets, { base, before, branch, byLines });
  return { text, left: leftOut(only ?? '', branch, text ?? '') };
}

function mergedText(bullets: string | null, { base, before, branch, byLines }: CarrySides): string | null {
  const isRight = (text: string): boolean =>
    textsOf(text) === textsOf(bullets ?? '') &&
    isSound(text, [bullets ?? '', branch]) &&
    standRight(text, { base: base ?? '', before, branch });
  if (byLines !== null && isRight(byLines)) return byLines;
  return bullets === null ? null : mergeLines(before[0] ?? '', bullets, branch, isRight);
}

/** Is each bullet under the version that base has it under, or the branch put it under, and a new one in no release of base's? */
export function standRight(
  text: string,
  { base, before, branch }: { readonly base: string; readonly before: readonly string[]; readonly branch: string },
): boolean {
  const versions = versionsOf(base);
  const [mine, others] = [base, branch].map(placesOf) as [Places, Places];
  const old = before.map(placesOf);
  return findBullets(text).every(({ key, text: bullet }) => {
    const version = versionIn(key);
    if (mine.get(bullet)?.has(version)) return true;
    const isTheirs = others.get(bullet)?.has(version) === true && !old.some((one) => one.get(bullet)?.has(version));
    if (mine.has(bullet)) return isTheirs;
    return isTheirs || (version === UNRELEASED && [...(others.get(bullet) ?? [])].some((one) => !versions.has(one)));
  });
}

type Places = Map<string, Set<string>>;

/** Under which versions each bullet stands. */
function placesOf(text: string): Places {
  const found: Places = new Map();
  for (const { key, text: bullet } of findBullets(text))
    found.set(bullet, (found.get(bullet) ?? new Set()).add(versionIn(key)));
  return found;
}

const versionIn = (key: string): string => key.split('\n')[0] ?? '';

/** A hunk that does not fit is left out only where they are not more than so many. */
const MOST_HUNKS = 60;

/**
 * Theirs over ours, line by line; where both changed something, ours stands. Hunks of theirs whose result is not right are
 * left out.
 */
export function mergeLines(base: string, ours: string, theirs: string, isRight: (text: string) => boolean): string {
  const [b, o, t] = [base, ours, theirs].map((text) =>
    text.split(/(?<=\r\n|\n|\r(?!\n))/).filter((line) => line !== ''),
  );
  const eol = /\r\n|\n|\r/.exec(ours)?.[0] ?? '\n';
  const chunks = mergeThree(b ?? [], o ?? [], t ?? [], (line) => line.replace(/[\r\n]+$/, ''));
  const hunks = chunks.filter(({ by }) => by === 'theirs');
  const withHunks = (some: ReadonlySet<unknown>): string =>
    chunks
      .flatMap((chunk) => (some.has(chunk) ? chunk.theirs.map((line) => line.replace(/\r\n|\r|\n/, eol)) : chunk.ours))
      .join('');
  const all = withHunks(new Set(hunks));
  if (isRight(all)) return all;
  const kept = new Set<unknown>();
  if (hunks.length > MOST_HUNKS) return ours;
  for (const hunk of hunks) if (isRight(withHunks(new Set([...kept, hunk])))) kept.add(hunk);
  return withHunks(kept);
}

/**
 * Does the file still have exactly one Unreleased above all releases, and each heading as often as one of these has it?
 * A file that was otherwise already stays so.
 */
export function isSound(text: string, sides: readonly string[]): boolean {
  const headings = countHeadings(text);
  const known = sides.map(countHeadings);
  for (const [key, count] of headings) if (count > Math.max(1, ...known.map((one) => one.get(key) ?? 0))) return false;
  return !isBelowRelease(text) || sides.some(isBelowRelease);
}

function isBelowRelease(text: string): boolean {
  const { unreleased, releases } = outlineOf(text);
  return unreleased > (releases[0] ?? Infinity);
}

/** How often the file has each version, and each section of a version. */
function countHeadings(text: string): Map<string, number> {
  const outline = outlineOf(text);
  const found = new Map<string, number>();
  let version = '';
  for (const [index, block] of outline.blocks.entries()) {
    if (!isHeading(block)) continue;
    const named = versionAt(outline, index);
    if (named !== null) version = named;
    const key = named ?? `${version}\n${sectionName(block.content)}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

/** The bullets of a text, wherever they stand. */
export const textsOf = (text: string): string =>
  findBullets(text)
    .map((bullet) => bullet.text)
    .sort()
    .join('\0');

/**
 * New bullets are added; a reworded one is replaced if base still has it; one that the branch alone took out goes.
 * @param before several where the histories cross: what one of them has is not new, and what one lacks base took out
 */
function carryBullets(base: string | null, before: readonly string[], branch: string): string | null {
  const all = before.map((text) => findBullets(text));
  const branched = findBullets(branch);
  const fresh = all.map((old) => new Set(newBullets(branched, old)));
  const lost = (all[0] ?? []).filter(({ text }) => all.every((old) => old.some((one) => one.text === text)));
  const gone = newBullets(lost, branched);
  let text = base;
  const has = (bullet: string, version?: string): boolean =>
    findBullets(text ?? '').some(
      (one) => one.text === bullet && (version === undefined || versionIn(one.key) === version),
    );
  for (const one of branched.filter((bullet) => fresh.every((some) => some.has(bullet)))) {
    const [version = '', section = ''] = one.key.split('\n');
    const reworded = takeOfSection(gone, one.key);
    const found = findBullets(text ?? '').find(
      ({ key, text: bullet }) => bullet === reworded && versionIn(key) === version,
    );
    if (reworded !== undefined && found) text = replaceBullet(text ?? '', found.key, reworded, one.text);
    else if (reworded !== undefined && !has(reworded) && isRewording(reworded, one.text)) continue;
    // Also where its old words are released by now: they can't be replaced, and these must not get lost.
    else if (!has(one.text, version)) text = insertBullet(text, version, section, { raw: one.text });
  }
  return withoutBullets(text, gone);
}

/** Only where each still stands in its section. */
function withoutBullets(from: string | null, gone: readonly Bullet[]): string | null {
  let text = from;
  for (const { key, text: bullet } of gone) {
    const found = findBullets(text ?? '').find((one) => one.text === bullet && one.key === key);
    if (found) text = cutBullet(text ?? '', found, headingsOf(text ?? ''));
  }
  return text;
}

function versionsOf(text: string): Set<string> {
  const outline = outlineOf(text);
  const names = outline.blocks.flatMap((_, index) => versionAt(outline, index) ?? []);
  return new Set([UNRELEASED, '', ...names]);
}

/** Do they share half of the words of the shorter one? */
function isRewording(old: string, bullet: string): boolean {
  const [a, b] = [old, bullet].map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu)));
  if (a === undefined || b === undefined) return false;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared * 2 >= Math.min(a.size, b.size);
}

/** At most so many are named one by one. */
const NAMED = 5;

/** Lines that one side added or took out, and that are not so in the result. */
export function leftOut(before: string, branch: string, result: string): string[] {
  const [old, now, out] = [before, branch, result].map(countLines) as [
    Map<string, number>,
    Map<string, number>,
    Map<string, number>,
  ];
  const added = [...now.keys()].filter((line) => (now.get(line) ?? 0) > (old.get(line) ?? 0) && !out.has(line));
  const removed = [...old.keys()].filter((line) => !now.has(line) && out.has(line));
  const all = [
    ...added.map((line) => messages.lineNotAdded(line)),
    ...removed.map((line) => messages.lineNotRemoved(line)),
  ];
  return all.length <= NAMED ? all : [...all.slice(0, NAMED), messages.moreLines(all.length - NAMED)];
}

function countLines(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split(/\r\n|\r|\n/).map((one) => one.trim()))
    if (line !== '' && line !== '\ufeff') found.set(line, (found.get(line) ?? 0) + 1);
  return found;
}
