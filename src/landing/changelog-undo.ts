import { below, bulletsOf, findBullets, isBlank, linesOf, nameOf, replaceBullet, type Bullet } from './changelog.ts';

/** What taking a landing's bullets out of the changelog gave. */
export interface TakenOut {
  /** null = no file. */
  readonly text: string | null;
  /** Bullets of the landing that a release holds by now: they tell what that release had, and stay. */
  readonly released: readonly string[];
  /** Bullets of the landing that stand nowhere as it wrote them: reworded or taken out since. Nothing was done. */
  readonly changed: readonly string[];
}

/**
 * Takes the bullets out again that a landing brought (its own line, and those of the branch that were carried over), byte
 * for byte, wherever under `## [Unreleased]` they stand now; headings that it made go with their last bullet. What it
 * reworded gets its old words back where the new ones still stand. Every other byte stays.
 * @param now base's file now. @param before the file before the landing. @param landed the file as it landed. null = none.
 */
export function takeOutBullets(now: string | null, before: string | null, landed: string | null): TakenOut {
  if (now === landed) return { text: before, released: [], changed: [] };
  if (now === null || landed === null) return { text: now, released: [], changed: [] };
  const old = bulletsOf(before ?? '');
  const headings = headingsOf(before ?? '');
  const released: string[] = [];
  const changed: string[] = [];
  let text = now;
  for (const [key, bullets] of bulletsOf(landed)) {
    const gone = (old.get(key) ?? []).filter((bullet) => !bullets.includes(bullet));
    const fresh = bullets.filter((bullet) => !(old.get(key) ?? []).includes(bullet));
    fresh.forEach((bullet, i) => {
      const reworded = gone[i];
      const found = find(text, key, bullet);
      if (found === null) changed.push(bullet);
      else if (reworded !== undefined && found.key === key) text = replaceBullet(text, key, bullet, reworded);
      else if (found.key !== key && !isUnreleased(found.key)) released.push(bullet);
      else text = cut(text, found, headings);
    });
  }
  return { text, released, changed };
}

const isUnreleased = (key: string): boolean => key.startsWith('unreleased\n');

/** In its own section, else anywhere under Unreleased, else in a release. */
function find(text: string, key: string, bullet: string): Bullet | null {
  const all = findBullets(text).filter((one) => one.text === bullet);
  return all.find((one) => one.key === key) ?? all.find((one) => isUnreleased(one.key)) ?? all[0] ?? null;
}

/** `unreleased` for a `##`, `unreleased\nfixed` for a `###` below it. */
function headingsOf(text: string): Set<string> {
  const found = new Set<string>();
  let version = '';
  for (const line of linesOf(text)) {
    if (line.level === 2) found.add((version = nameOf(line)));
    else if (line.level === 3) found.add(`${version}\n${nameOf(line)}`);
  }
  return found;
}

/** @param kept headings that were there before the landing: they stay, even with nothing left below them. */
function cut(text: string, bullet: Bullet, kept: ReadonlySet<string>): string {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => line.start <= bullet.start && bullet.start < line.end);
  const end = lines.find((line) => line.end >= bullet.end)?.end ?? text.length;
  const above = lines.slice(0, at);
  const version = above.findLast(({ level }) => level === 2);
  const section = above.findLast(({ level, start }) => level === 3 && start > (version?.start ?? 0));
  let left = text.slice(0, lines[at]!.start) + text.slice(end);
  // What stands above keeps its offsets, so the lower one goes first.
  if (section !== undefined && !kept.has(bullet.key)) left = withoutEmpty(left, section.start);
  if (version !== undefined && !kept.has(nameOf(version))) left = withoutEmpty(left, version.start);
  return left;
}

/** Takes the heading at an offset out, with the empty lines below it, if nothing else stands there. */
function withoutEmpty(text: string, offset: number): string {
  const lines = linesOf(text);
  const heading = lines.findIndex((line) => line.start === offset);
  const end = below(lines, heading);
  if (!lines.slice(heading + 1, end).every(isBlank)) return text;
  // At the end of the file the empty line above it goes instead.
  const from = end === lines.length && heading > 0 && isBlank(lines[heading - 1]!) ? heading - 1 : heading;
  return text.slice(0, lines[from]!.start) + text.slice(lines[end - 1]!.end);
}
