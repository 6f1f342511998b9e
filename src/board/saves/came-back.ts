import type { BoardTexts, Entry } from '../entry.ts';
import { isStillWritten } from './vanished.ts';
import { isNamed } from './named.ts';
import { CUT_AND_PASTE, type Save, type Version } from './save.ts';
import type { Known } from './save-plan.ts';

/** The user had deleted it, and an older text of theirs still has it. Soon after it was cut, it is pasted again. */
export function cameBack(theirs: Entry, base: Entry | undefined, known: Known): boolean {
  const { save } = known;
  if (theirs.parked || theirs.tags.includes('PAUSED')) return false;
  if (known.isPaste && (save.at ?? 0) - leftAt(theirs, save) < CUT_AND_PASTE) return false;
  if (theirs.id !== null && (save.known?.has(theirs.id) === true || save.gone?.has(theirs.id) === true)) return false;
  if (base !== undefined) return true;
  if (theirs.id === null || known.now.some((one) => one.id === theirs.id)) return false;
  return wasHere(theirs, save) && !isWritten(theirs, known);
}

/** Its heading stands in the newest text too, and was not read as an entry's: the user has fixed it. */
function isWritten({ id, title }: Entry, { save, now }: Known): boolean {
  const texts = { ...NO_TEXTS, [save.column]: save.versions.at(-1)!.text };
  return id !== null && isStillWritten({ id, title }, texts, new Set(now.map((one) => one.id)));
}

const NO_TEXTS: BoardTexts = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };

/** The texts that the file has had, oldest first. One that was replaced in no time counts once a version came after it. */
function formerTexts({ versions, brief = [] }: Save): readonly Version[] {
  const last = versions.at(-1)!;
  const newest = { ...last, at: last.again ?? last.at };
  const former = [...brief.filter(({ at }) => at < newest.at), ...versions.slice(0, -1)];
  return [...former.toSorted((a, b) => a.at - b.at), newest];
}

const wasHere = (entry: Entry, save: Save): boolean => formerTexts(save).some((text) => isNamed(entry, text));

/** When an entry left the file, epoch ms. */
function leftAt(entry: Entry, save: Save): number {
  const texts = formerTexts(save);
  let at = texts.at(-1)!.at;
  for (let index = texts.length - 1; index >= 0 && !isNamed(entry, texts[index]!); index--) at = texts[index]!.at;
  return at;
}

/**
 * The user had deleted it and put it back as parked, and an older text of theirs has it where it would be started: that text
 * is no wish to start it.
 */
export function isLiveAgain(theirs: Entry, ours: Entry, known: Known): boolean {
  const { save, nearest, nearestEntries } = known;
  if (theirs.id === null || theirs.parked || !ours.parked || theirs.tags.includes('PAUSED')) return false;
  return (
    nearestEntries.some(({ id, parked }) => id === theirs.id && !parked) &&
    save.versions.slice(nearest + 1).some((version) => !isNamed(theirs, version))
  );
}
