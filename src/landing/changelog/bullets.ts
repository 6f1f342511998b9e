import { sectionName } from './names.ts';
import { findBullets, isHeading, outlineOf, versionAt, type Bullet } from './outline.ts';

/**
 * Bullets of `now` that are not in `old`, each as often as it is there more often. One that only stands elsewhere, or under
 * a heading of another name, is none.
 */
export function newBullets(now: readonly Bullet[], old: readonly Bullet[]): Bullet[] {
  const places = counted(old.map(({ key, text }) => `${key}\n${text}`));
  const texts = counted(old.map(({ text }) => text));
  const elsewhere = now.filter(({ key, text }) => !take(places, `${key}\n${text}`) || !take(texts, text));
  return elsewhere.filter(({ text }) => !take(texts, text));
}

function counted(all: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const one of all) found.set(one, (found.get(one) ?? 0) + 1);
  return found;
}

function take(from: Map<string, number>, one: string): boolean {
  const left = from.get(one) ?? 0;
  if (left > 0) from.set(one, left - 1);
  return left > 0;
}

export function replaceBullet(text: string, key: string, old: string, bullet: string): string {
  const hit = findBullets(text).find((one) => one.key === key && one.text === old);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return hit ? text.slice(0, hit.start) + bullet.replaceAll('\n', eol) + text.slice(hit.end) : text;
}

/** `unreleased` for a version's heading, `unreleased\nfixed` for a section's below it. */
export function headingsOf(text: string): Set<string> {
  const outline = outlineOf(text);
  const found = new Set<string>();
  let version = '';
  for (const [index, block] of outline.blocks.entries()) {
    if (!isHeading(block)) continue;
    const named = versionAt(outline, index);
    if (named !== null) found.add((version = named));
    else found.add(`${version}\n${sectionName(block.content)}`);
  }
  return found;
}

/**
 * Takes a bullet's lines out.
 * @param kept headings that were there before the landing: they stay, even with nothing left below them
 */
export function cutBullet(text: string, bullet: Bullet, kept: ReadonlySet<string>): string {
  const outline = outlineOf(text);
  const { blocks } = outline;
  const at = blocks.findIndex(({ start }) => start === bullet.start);
  const version = blocks.findLastIndex((_, index) => index < at && versionAt(outline, index) !== null);
  const section = blocks.findLastIndex((block, index) => index < at && index > version && isHeading(block));
  const end = blocks[at]?.end ?? bullet.end;
  // In a list with empty lines between the items one of the two goes along.
  const isLoose =
    blocks[at - 1]?.kind === 'item' &&
    isBlank(text.slice(blocks[at - 1]!.end, bullet.start)) &&
    blocks[at - 1]!.end < bullet.start;
  const start = isLoose ? blocks[at - 1]!.end : bullet.start;
  let left = text.slice(0, start) + text.slice(end);
  // What stands above keeps its offsets, so the lower one goes first.
  if (section >= 0 && !kept.has(bullet.key)) left = withoutEmpty(left, blocks[section]!.start);
  const name = version < 0 ? null : versionAt(outline, version);
  if (name !== null && !kept.has(name)) left = withoutEmpty(left, blocks[version]!.start);
  return left;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** Takes the heading at an offset out, with the empty lines below it, if nothing else stands there. */
function withoutEmpty(text: string, offset: number): string {
  const { blocks } = outlineOf(text);
  const heading = blocks.findIndex(({ start }) => start === offset);
  const [own, next] = [blocks[heading], blocks[heading + 1]];
  if (!isHeading(own)) return text;
  const isEmpty =
    next === undefined || next.kind === 'break' || next.kind === 'link' || (isHeading(next) && next.depth <= own.depth);
  if (!isEmpty) return text;
  const past = next?.kind === 'break' ? blocks[heading + 2] : next;
  if (past !== undefined) return text.slice(0, own.start) + text.slice(past.start);
  // At the end of the file the empty line above it goes instead.
  const above = /(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)$/.exec(text.slice(0, own.start))?.[0];
  const from = above === undefined ? own.start : own.start - above.replace(/^(?:\r\n|\r|\n)/, '').length;
  return text.slice(0, from);
}

/** Takes the first bullet of a section out of the list; undefined: it has none. */
export function takeOfSection(bullets: Bullet[], key: string): string | undefined {
  const at = bullets.findIndex((one) => one.key === key);
  return at < 0 ? undefined : bullets.splice(at, 1)[0]?.text;
}
