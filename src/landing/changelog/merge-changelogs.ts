import { insertBullet } from './changelog.ts';
import { isSound, leftOut, mergeLines, standRight, textsOf } from './carry.ts';
import { findBullets, releasesOf } from './outline.ts';
import { takeOutBullets } from './undo.ts';

/** CHANGELOG.md on two branches that parted; null = no such file. */
export interface ChangelogSides {
  readonly base: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
  /** What git's merge of lines gives, where it saw no conflict. */
  readonly byLines: string | null;
}

export interface MergedChangelog {
  readonly text: string | null;
  /** Lines of either side's changes that are not in it, each as a sentence. */
  readonly left: readonly string[];
}

/**
 * Merges two changelogs bullet by bullet and by section, so that landings on both sides never conflict in it. A side that
 * alone has cut a release is the trunk, and what the other wrote since stands under its Unreleased, not in the release;
 * else ours is. Bullets that one side took out or reworded are so in the result; identical ones are there once. git's own
 * merge of the lines is taken where it has the same bullets in the same places: it keeps changes of other text too. Where
 * it does not, the other side's lines that meet no change of the trunk are laid over it, and what is left out is named.
 * @returns 'conflict': both cut a release, and not the same one; or one deleted the file that the other changed.
 */
export function mergeChangelogs(sides: ChangelogSides): MergedChangelog | 'conflict' {
  const { base, ours, theirs, byLines } = sides;
  if (ours === theirs || theirs === base) return { text: ours, left: [] };
  if (ours === base) return { text: theirs, left: [] };
  if (ours === null || theirs === null) return 'conflict';
  const sorted = trunkOf(base ?? '', ours, theirs);
  if (sorted === 'conflict') return 'conflict';
  const { trunk, other } = sorted;
  const bullets = layOver(trunk, base ?? '', other);
  const isRight = (one: string): boolean =>
    textsOf(one) === textsOf(bullets) &&
    isSound(one, [ours, theirs]) &&
    standRight(one, { base: trunk, before: base === null ? [] : [base], branch: other });
  const text = byLines !== null && isRight(byLines) ? byLines : mergeLines(base ?? '', bullets, other, isRight);
  return { text, left: leftOut(base ?? '', other, text) };
}

/** Which side the other one's lines are laid over; `conflict`: both cut a release, and not the same one. */
function trunkOf(
  base: string,
  ours: string,
  theirs: string,
): { readonly trunk: string; readonly other: string } | 'conflict' {
  const before = releasesOf(base);
  const [cutHere, cutThere] = [ours, theirs].map((text) => releasesOf(text).filter((name) => !before.includes(name)));
  if (cutHere === undefined || cutThere === undefined || cutThere.length === 0) return { trunk: ours, other: theirs };
  if (cutHere.length === 0) return { trunk: theirs, other: ours };
  return cutHere.join('\n') === cutThere.join('\n') ? { trunk: ours, other: theirs } : 'conflict';
}

function layOver(trunk: string, base: string, other: string): string {
  let text = takeOutBullets(trunk, other, base).text ?? trunk;
  const known = new Set(findBullets(base).map((bullet) => bullet.text));
  for (const { text: bullet, key } of findBullets(other)) {
    if (known.has(bullet)) continue;
    const there = findBullets(text).map((one) => one.text);
    const id = idOf(bullet);
    if (there.includes(bullet) || (id !== null && there.some((one) => idOf(one) === id && !known.has(one)))) continue;
    const [version = '', section = ''] = key.split('\n');
    text = insertBullet(text, version, section, { raw: bullet });
  }
  return text;
}

/** `(T-12)` at the end: both sides' words for one landing are one line. */
const idOf = (bullet: string): string | null => /\(([\w-]+-\d+)\)\s*$/.exec(bullet)?.[1] ?? null;
