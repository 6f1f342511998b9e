import { COLUMNS, type BoardTexts, type Entry } from '../board/entry.ts';
import type { KanbanEvent } from '../event.ts';
import { readCommit } from '../git/objects.ts';
import { signersOf } from '../git/identity.ts';
import { CHANGELOG_SECTIONS, insertChangelogLine, type ChangelogSection } from '../landing/changelog.ts';
import { landOne } from '../landing/land.ts';
import type { Action, Trailer } from '../pipeline/action.ts';
import { readUsage, sumUsage, usageWords } from '../pipeline/usage.ts';
import type { EntryFacts } from '../pipeline/world.ts';
import { authorOf, type BoardWriter } from './board-writer.ts';
import { landingMessage } from './commit-message.ts';
import { SEEN } from './git-view.ts';
import { inShort, type ReportedStep } from './life.ts';
import { branchName, type Observation, type Observer } from './observe.ts';

type Land = Extract<Action, { type: 'land-entry' }>;

export type Landed =
  | { readonly kind: 'done'; readonly sha: string; readonly line: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  | { readonly kind: 'later'; readonly why: string }
  | { readonly kind: 'stale' };

export interface LandParts {
  readonly observer: Observer;
  readonly observation: Observation;
  readonly writer: BoardWriter;
  readonly emit: (event: KanbanEvent) => void;
}

/**
 * Lands one tested entry: its branch merged into base, the entry gone, its CHANGELOG line there, in one commit.
 * @param taken the tester's result, where this very commit takes it in
 */
export async function land(
  action: Land,
  facts: EntryFacts,
  parts: LandParts,
  taken: { readonly trailers: readonly Trailer[]; readonly step: ReportedStep } | null = null,
): Promise<Landed> {
  const { observer, observation, writer, emit } = parts;
  const { settings } = observation.workflow;
  const edited = await writer.commitEdits(['TESTING']);
  if (edited.kind === 'later') return edited;
  if (edited.kind !== 'done') return { kind: 'stale' };
  const texts = writer.edited([{ type: 'remove', key: action.key, column: 'TESTING' }]);
  if (texts === null) return { kind: 'stale' };
  const before = writer.textOf('TESTING');
  if (texts.TESTING === before) return { kind: 'stale' };
  const start = facts.branch?.start ?? writer.base;
  const steps = await observer.lives.of(action.id, start, writer.base);
  const own = await trailersOf(action, facts, observer, taken?.trailers ?? []);
  const trailers = [
    ...own,
    ...(taken?.trailers ?? []).filter(({ name }) => !own.some((trailer) => trailer.name === name)),
  ];
  const { section, line } = changelogLine(facts.entry, action.id);
  const message = landingMessage(settings, {
    id: action.id,
    title: facts.entry.title,
    reports: inShort(taken === null ? steps : [...steps, taken.step]),
    trailers,
  });
  const author = authorOf(settings);
  const landed = await landOne(observer.repo, {
    baseRef: observation.git.baseRef,
    oldBase: writer.base,
    tip: action.tip,
    id: action.id,
    board: settings.board,
    boardFiles: new Map([[`${settings.board}/TESTING.md`, Buffer.from(texts.TESTING ?? '')]]),
    changelog:
      settings.changelog === null
        ? null
        : { path: settings.changelog, insert: (text) => insertChangelogLine(text, { section, line }) },
    message: message.text,
    checkout: observation.git.checkout,
    extraRefs: [{ ref: SEEN }],
    ...(author === undefined ? {} : { author }),
  });
  if (!landed.ok) {
    if ('conflict' in landed) return { kind: 'conflict', files: landed.conflict };
    if ('held' in landed) return { kind: 'later', why: landed.held };
    return { kind: 'stale' };
  }
  const signers = await signersOf(observer.repo, author);
  observer.history.own({
    sha: landed.sha,
    at: Date.now(),
    committerEmail: signers.ok ? signers.value.committer.email : '',
    trailers: message.trailers,
  });
  observer.lives.forget(action.id);
  observer.history.ownLanding(`refs/heads/${branchName(settings, action.id)}`, action.tip);
  writer.landed(landed.sha, onlyTesting(writer, texts));
  if (landed.audit.length > 0) emit({ type: 'audit-failed', id: action.id, findings: landed.audit });
  return { kind: 'done', sha: landed.sha, line };
}

/** The committed texts after the landing: TESTING.md as landed, all else as it was. */
function onlyTesting(writer: BoardWriter, texts: BoardTexts): BoardTexts {
  const committed: Record<(typeof COLUMNS)[number], string | null> = { ...writer.committed };
  committed.TESTING = texts.TESTING;
  return committed;
}

/**
 * An entry's CHANGELOG line, from its `changelog` field (`Fixed: Login answers 400`), else its title under Changed.
 * It ends in the id, by which a shallow clone knows that it landed.
 */
export function changelogLine(entry: Entry, id: string): { readonly section: ChangelogSection; readonly line: string } {
  const written = /^(\w+):\s+(.+)$/.exec(entry.changelog ?? '');
  const section = CHANGELOG_SECTIONS.find((name) => name === written?.[1]);
  const text = section === undefined ? (entry.changelog ?? entry.title) : (written?.[2] ?? entry.title);
  return { section: section ?? 'Changed', line: `- ${text} (${id})` };
}

async function trailersOf(
  { id, tip }: Land,
  { entry }: EntryFacts,
  observer: Observer,
  taken: readonly Trailer[],
): Promise<Trailer[]> {
  const agents = agentsOf(id, observer.history.history.agents.get(id) ?? '', taken);
  return [
    { name: 'Kanban-Move', value: `${id} TESTING -> CHANGELOG` },
    ...(entry.reviewed === null ? [] : [{ name: 'Kanban-Reviewed', value: `${id} ${entry.reviewed}` } as const]),
    { name: 'Kanban-Tested', value: `${id} ${tip}` },
    ...(agents === '' ? [] : [{ name: 'Kanban-Agent', value: `${id} ${agents}` } as const]),
    ...usageTrailers(id, observer, taken),
    ...(await changedAfterReview(id, entry.reviewed, tip, observer)),
  ];
}

/** Who worked on it, `task=claude reviewer=codex`, with the tester whose result this landing takes in. */
function agentsOf(id: string, known: string, taken: readonly Trailer[]): string {
  const last = taken.find(({ name }) => name === 'Kanban-Agent')?.value.slice(id.length + 1) ?? '';
  const role = last.slice(0, last.indexOf('=') + 1);
  const others = known.split(' ').filter((pair) => pair !== '' && (role === '' || !pair.startsWith(role)));
  return [...others, ...(last === '' ? [] : [last])].join(' ');
}

/** What all its runs used, those among them whose results this landing takes in. */
function usageTrailers(id: string, observer: Observer, taken: readonly Trailer[]): Trailer[] {
  const now = taken.filter(({ name }) => name === 'Kanban-Usage');
  const read = now.map(({ value }) => readUsage(value.split(' ').slice(2)));
  const all = [...(observer.history.history.used.get(id) ?? []).map(({ usage }) => usage), ...read];
  if (all.length === 0) return [];
  const untold = all.filter((usage) => usage === null).length;
  const words = `runs=${all.length} ${usageWords(sumUsage(all))}${untold === 0 || untold === all.length ? '' : ` untold=${untold}`}`;
  return [...now, { name: 'Kanban-Usage', value: `${id} total ${words}` }];
}

/** How far back the branch is walked from the tested commit to the reviewed one. */
const WALK = 100;

/** What was committed on the branch between the review and the test is named, so that nothing lands unseen. */
async function changedAfterReview(
  id: string,
  reviewed: string | null,
  tip: string,
  observer: Observer,
): Promise<Trailer[]> {
  const changed: string[] = [];
  for (
    let sha: string | undefined = tip, steps = 0;
    sha !== undefined && sha !== reviewed && reviewed !== null && steps < WALK;
    steps += 1
  ) {
    const commit = await readCommit(observer.repo, sha);
    if (commit?.parents.length === 1) changed.push(sha);
    sha = commit?.parents[0];
  }
  return changed.slice(0, 10).map((sha) => ({ name: 'Kanban-Changed-After-Review', value: `${id} ${sha}` }));
}
