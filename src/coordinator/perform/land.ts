import type { HoldReason } from '../../contract/hold.ts';
import type { BoardTexts } from '../../board/entry.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { signersOf } from '../../git/config/identity.ts';
import { branchFaults } from '../../git/branch/branch-faults.ts';
import { buildChain, landChain, type Built, type Chain, type ChainItem } from '../../landing/chain.ts';
import { insertChangelogLine } from '../../landing/changelog/changelog.ts';
import type { Candidate, Trailer } from '../../pipeline/action.ts';
import type { Step } from '../../pipeline/handover/step.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import { authorOf, type BoardWriter } from './board-writer.ts';
import type { Branches } from './branches.ts';
import { changelogLine } from './changelog-line.ts';
import { landingTrailers } from './landing-trailers.ts';
import { landingMessage, type Message } from '../../landing/commit-message.ts';
import { SEEN } from '../observe/git-state.ts';
import { inShort } from '../observe/run-reports.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import { branchName } from '../observe/names.ts';
import * as messages from './messages.ts';

/** A landing as it is written: the message of its commit, and its CHANGELOG line. */
export interface PlannedLanding {
  readonly candidate: Candidate;
  readonly facts: EntryFacts;
  readonly line: string;
  readonly message: Message;
  readonly item: ChainItem;
}

export interface LandDeps {
  readonly observer: Observer;
  readonly observation: Observation;
  readonly writer: BoardWriter;
  readonly branches: Branches;
  readonly emit: (event: KanbanEvent) => void;
}

/** The tester's result, where the landing takes it in. */
export interface TakenIn {
  readonly trailers: readonly Trailer[];
  readonly step: Step;
}

export type Landed =
  | { readonly kind: 'done'; readonly sha: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  | { readonly kind: 'later'; readonly why: string; readonly reason?: HoldReason }
  | { readonly kind: 'stale' };

/** The message and the CHANGELOG line of a landing. */
export async function planLanding(
  candidate: Candidate,
  facts: EntryFacts,
  { observer, observation }: LandDeps,
  taken: TakenIn | null = null,
): Promise<PlannedLanding> {
  const { id, tip } = candidate;
  const { settings } = observation.workflow;
  const steps = await observer.runReports.of(id, observer.history.history.steps.get(id));
  const own = await landingTrailers(candidate, facts, observer, taken?.trailers ?? []);
  const trailers = [
    ...own,
    ...(taken?.trailers ?? []).filter(({ name }) => !own.some((trailer) => trailer.name === name)),
  ];
  const { section, line } = changelogLine(facts.entry, id);
  const message = landingMessage(settings, {
    id,
    title: facts.entry.title,
    reports: inShort(taken === null ? steps : [...steps, taken.step]),
    trailers,
  });
  const insert = (text: string | null): string => insertChangelogLine(text, { section, line });
  return { candidate, facts, line, message, item: { id, tip, insert, message: message.text } };
}

/**
 * The chain of these landings on base as the writer has it.
 * @param under landings that are built already, and stand under these; null: none
 */
export function chainOf(
  planned: readonly PlannedLanding[],
  { observer, observation, writer }: LandDeps,
  under: { readonly sha: string; readonly landed: readonly Candidate[] } | null = null,
): Promise<Chain> {
  const { settings } = observation.workflow;
  const before = under?.landed ?? [];
  const keys = new Map([...before, ...planned.map(({ candidate }) => candidate)].map(({ id, key }) => [id, key]));
  // Each landing takes one entry more off the board: from the last one's text, not from the beginning.
  let last: { readonly ids: readonly string[]; readonly texts: BoardTexts } | null = null;
  return buildChain(observer.repo, {
    base: under?.sha ?? writer.base,
    board: settings.board,
    changelog: settings.changelog,
    author: authorOf(settings),
    items: planned.map(({ item }) => item),
    boardFiles: (landed) => {
      const ids = [...before.map(({ id }) => id), ...landed];
      const from = last !== null && last.ids.every((id) => ids.includes(id)) ? last : null;
      const more = ids.filter((id) => from?.ids.includes(id) !== true);
      const texts = without(
        writer,
        more.map((id) => keys.get(id) ?? id),
        from?.texts,
      );
      if (texts !== null) last = { ids, texts };
      return texts === null ? null : new Map([[`${settings.board}/TESTING.md`, Buffer.from(texts.TESTING ?? '')]]);
    },
  });
}

/** Brings base to the end of a chain, and does what follows from that for each of its tasks. */
export async function landAll(
  landings: readonly Built[],
  planned: readonly PlannedLanding[],
  parts: LandDeps,
): Promise<Exclude<Landed, { readonly kind: 'conflict' }>> {
  const { observer, observation, writer } = parts;
  const { settings } = observation.workflow;
  const texts = without(
    writer,
    landings.map(({ id }) => planned.find(({ candidate }) => candidate.id === id)?.candidate.key ?? id),
  );
  if (texts === null) return { kind: 'stale' };
  const landed = await landChain(observer.repo, {
    lock: writer.lock,
    baseRef: observation.git.baseRef,
    oldBase: writer.base,
    landings,
    board: settings.board,
    changelog: settings.changelog,
    checkout: observation.git.checkout,
    extraRefs: [{ ref: SEEN }],
  });
  if (!landed.ok)
    return 'held' in landed ? { kind: 'later', why: landed.held, reason: landed.reason } : { kind: 'stale' };
  const signers = await signersOf(observer.repo, authorOf(settings));
  const committerEmail = signers.ok ? signers.value.committer.email : '';
  for (const { id, sha, leftOut } of landings) {
    const plan = planned.find(({ candidate }) => candidate.id === id);
    if (plan !== undefined) hasLanded(plan, sha, committerEmail, parts);
    if (leftOut.length > 0) {
      const message = messages.changelogLeftOut(id, settings.changelog, leftOut);
      parts.emit({ type: 'notice', message });
    }
  }
  writer.landed(landed.sha, { ...writer.committed, TESTING: texts.TESTING });
  if (landed.audit.length > 0)
    parts.emit({ type: 'audit-failed', id: landings.map(({ id }) => id).join(', '), findings: landed.audit });
  return { kind: 'done', sha: landed.sha };
}

/** What keeps the branch of a tested task, as a whole, from landing on base as the writer has it. */
export function faultsOf(
  { id, tip }: Candidate,
  { branch }: EntryFacts,
  { observer, observation, writer }: LandDeps,
): Promise<string[]> {
  const { base } = writer;
  const { board } = observation.workflow.settings;
  return branchFaults(observer.repo, { id, base, tip, start: branch?.start ?? base, board });
}

/** Lands one tested entry at once, in the commit that takes the tester's result in. */
export async function landNow(
  candidate: Candidate,
  facts: EntryFacts,
  parts: LandDeps,
  taken: TakenIn,
): Promise<Landed> {
  const edited = await parts.writer.commitEdits(['TESTING']);
  if (edited.kind === 'later' || edited.kind === 'failed') return { kind: 'later', why: edited.why };
  if (edited.kind !== 'done') return { kind: 'stale' };
  // Base may have moved since its tester passed it.
  const faults = await faultsOf(candidate, facts, parts);
  if (faults.length > 0) return { kind: 'later', why: faults[0] ?? '' };
  const planned = await planLanding(candidate, facts, parts, taken);
  const chain = await chainOf([planned], parts);
  if (!chain.ok) return { kind: 'later', why: chain.held, reason: chain.reason };
  const [left] = chain.left;
  return left === undefined ? landAll(chain.landings, [planned], parts) : { kind: 'conflict', files: left.conflict };
}

function hasLanded(
  { candidate, facts, line, message }: PlannedLanding,
  sha: string,
  committerEmail: string,
  { observer, observation, branches, emit }: LandDeps,
): void {
  const { settings } = observation.workflow;
  const { id, tip } = candidate;
  observer.history.own({ sha, at: Date.now(), committerEmail, trailers: message.trailers });
  observer.runReports.forget(id);
  observer.history.ownLanding(`refs/heads/${branchName(settings, id)}`, tip);
  emit({ type: 'entry-landed', id, title: facts.entry.title, commit: sha, line, byHand: false });
  branches.drop(id, settings, facts.branch);
}

/** The board's texts, or these, without these entries of TESTING; null: they are not all there. */
function without(writer: BoardWriter, keys: readonly string[], from?: BoardTexts): BoardTexts | null {
  const texts = writer.edited(
    keys.map((key) => ({ type: 'remove', key, column: 'TESTING' })),
    from,
  );
  return texts === null || texts.TESTING === (from?.TESTING ?? writer.textOf('TESTING')) ? null : texts;
}
