import { cutBullet, headingsOf, newBullets, replaceBullet, takeOfSection } from './bullets.ts';
import { isSound, mergeLines, textsOf } from './carry.ts';
import { findBullets, UNRELEASED, type Bullet } from './outline.ts';

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
 * for byte, wherever under Unreleased they stand now; headings that it made go with their last bullet. What it reworded or
 * changed elsewhere gets its old words back where the new ones still stand. Every other byte stays.
 * @param now base's file now. @param before the file before the landing. @param landed the file as it landed. null = none.
 */
export function takeOutBullets(now: string | null, before: string | null, landed: string | null): TakenOut {
  if (now === landed) return { text: before, released: [], changed: [] };
  if (now === null || landed === null) return { text: now, released: [], changed: [] };
  const [was, had] = [findBullets(before ?? ''), findBullets(landed)];
  const headings = headingsOf(before ?? '');
  const gone = newBullets(was, had);
  const released: string[] = [];
  const changed: string[] = [];
  let text = now;
  for (const { key, text: bullet } of newBullets(had, was)) {
    const reworded = takeOfSection(gone, key);
    const found = find(text, key, bullet);
    if (found === null) changed.push(bullet);
    else if (reworded !== undefined && found.key === key) text = replaceBullet(text, key, bullet, reworded);
    else if (found.key !== key && !isUnreleased(found.key)) released.push(bullet);
    else text = cutBullet(text, found, headings);
  }
  const isRight = (one: string): boolean => textsOf(one) === textsOf(text) && isSound(one, [now, before ?? '']);
  const byLines = mergeLines(landed, now, before ?? '', isRight);
  return { text: isRight(byLines) ? byLines : mergeLines(landed, text, before ?? '', isRight), released, changed };
}

const isUnreleased = (key: string): boolean => key.startsWith(`${UNRELEASED}\n`);

/** In its own section, else anywhere under Unreleased, else in a release. */
function find(text: string, key: string, bullet: string): Bullet | null {
  const all = findBullets(text).filter((one) => one.text === bullet);
  return all.find((one) => one.key === key) ?? all.find((one) => isUnreleased(one.key)) ?? all[0] ?? null;
}
