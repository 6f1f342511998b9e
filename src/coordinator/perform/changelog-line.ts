import type { Entry } from '../../board/entry.ts';
import { CHANGELOG_SECTIONS, type ChangelogSection } from '../../landing/changelog/changelog.ts';
import { plainLine } from '../../landing/changelog/line.ts';

/**
 * An entry's CHANGELOG line, from its `changelog` field (`Fixed: Login answers 400`), else its title under Changed.
 * It ends in the id, by which a shallow clone knows that it landed.
 */
export function changelogLine(entry: Entry, id: string): { readonly section: ChangelogSection; readonly line: string } {
  const written = /^(\w+):\s+(.+)$/.exec(entry.changelog ?? '');
  const section = CHANGELOG_SECTIONS.find((name) => name === written?.[1]);
  const text = section === undefined ? (entry.changelog ?? entry.title) : (written?.[2] ?? entry.title);
  return { section: section ?? 'Changed', line: `- ${plainLine(text.replace(/^\s*[-*+]\s+/, ''))} (${id})` };
}
