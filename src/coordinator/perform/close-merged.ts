import { insertChangelogLine } from '../../landing/changelog/changelog.ts';
import { plainMessage } from '../../landing/commit-message.ts';
import type { ExtraFile } from './board-writer.ts';
import { changelogLine } from './changelog-line.ts';
import { estimateTrailers } from './landing-trailers.ts';
import { DONE, factsOf, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

/** The user merged the branch: the entry leaves the board, and its CHANGELOG line is written. */
export async function closeMerged(action: ActionOf<'close-merged'>, deps: PerformDeps): Promise<Performed> {
  const facts = factsOf(deps, action.key);
  if (facts === undefined) return { kind: 'stale' };
  const { settings } = deps.observation.workflow;
  const { section, line } = changelogLine(facts.entry, action.id);
  const trailers = [
    { name: 'Kanban-Move', value: `${action.id} ${action.from} -> CHANGELOG` },
    { name: 'Kanban-Verdict', value: `${action.id} landing by-hand` },
    ...estimateTrailers(action.id, facts.entry),
  ] as const;
  const extra = changelogFile(settings.changelog, (text) => insertChangelogLine(text, { section, line }));
  const message = plainMessage(messages.subjects.mergedByHand(action.id, action.from), '', trailers);
  const written = await deps.writer.change([{ type: 'remove', key: action.key, column: action.from }], message, extra);
  const failed = unwritten(written, deps, null);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  deps.emit({
    type: 'entry-landed',
    id: action.id,
    title: facts.entry.title,
    commit: written.sha,
    line,
    byHand: true,
  });
  deps.branches.drop(action.id, settings, facts.branch);
  return DONE;
}

/** CHANGELOG.md as one more file of a commit, where there is one. */
export const changelogFile = (path: string | null, change: ExtraFile['change']): ExtraFile[] =>
  path === null ? [] : [{ path, change }];
