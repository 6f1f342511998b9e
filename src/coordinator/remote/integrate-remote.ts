import { firstOf } from '../../first-of.ts';
import { OTHER, type Held, type HoldReason } from '../../contract/hold.ts';
import { COLUMNS } from '../../board/entry.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { INTEGRATED } from '../../git/history/base-history.ts';
import type { Repository } from '../../git/git.ts';
import { planIntegration } from '../../landing/integrate.ts';
import { type IntegrationPlan } from '../../landing/integration.ts';
import { landIntegration, type IntegrationToLand } from '../../landing/land-integration.ts';
import { unreachable } from '../../unreachable.ts';
import type { Settings } from '../../workflow/settings.ts';
import { authorOf, type BoardWriter } from '../perform/board-writer.ts';
import { plainMessage, type Message } from '../../landing/commit-message.ts';
import { SEEN } from '../observe/git-state.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import * as messages from './messages.ts';

export interface IntegrateDeps {
  readonly repo: Repository;
  readonly observer: Observer;
  readonly observation: Observation;
  readonly writer: BoardWriter;
  /** What base is to contain: full SHA of a commit that has been fetched. */
  readonly theirs: string;
  /** `remote`: base as the remote has it. `upstream`: the branch that the settings name. */
  readonly kind: 'remote' | 'upstream';
  readonly emit: (event: KanbanEvent) => void;
}

/** `later`: why not now. `stale`: what was decided on has changed. */
export type Integrated = 'done' | 'nothing' | 'stale' | Later;

interface Later {
  readonly later: Held;
}

const later = (why: string, reason: HoldReason = OTHER): Later => ({ later: { why, reason } });

/**
 * Brings base up to the remote's, or merges upstream into it. What the user has edited on the board is committed first,
 * so that it takes part; nothing else of theirs is touched. Base moves by one commit, its checkout with it.
 */
export async function integrate(parts: IntegrateDeps): Promise<Integrated> {
  const { repo, observer, observation, writer, theirs, kind, emit } = parts;
  const { settings } = observation.workflow;
  const from = nameOfSource(settings, kind);
  const edited = await writer.commitEdits(COLUMNS);
  if (edited.kind === 'later' || edited.kind === 'failed') return later(edited.why, edited.reason);
  if (edited.kind === 'refused') return later(edited.problem.message);
  if (edited.kind === 'stale') return 'stale';
  const oldBase = writer.base;
  const { base, board, changelog } = settings;
  const boardOptions = observer.boardReader.options(settings);
  const plan = await planIntegration(repo, { ours: oldBase, theirs, kind, base, board, changelog, boardOptions });
  if (plan.kind === 'nothing') return 'nothing';
  const toLand = ready(plan, base, from, repo.shallow);
  if ('later' in toLand) return toLand;
  const author = authorOf(settings);
  const landed = await landIntegration(repo, {
    lock: writer.lock,
    baseRef: observation.git.baseRef,
    oldBase,
    plan: toLand,
    message: messageOf(toLand, { base, from, theirs, kind }).text,
    what: messages.bringingUp(base, from),
    board,
    changelog,
    checkout: observation.git.checkout,
    extraRefs: [{ ref: SEEN }],
    ...(author === undefined ? {} : { author }),
  });
  if (!landed.ok)
    return 'held' in landed ? later(messages.notBroughtUp(base, from, landed.held), landed.reason) : 'stale';
  writer.landed(landed.sha, toLand.texts);
  const before = new Set(observer.history.history.landed.keys());
  await observer.history.brought(landed.sha, base);
  const landings = [...observer.history.history.landed.keys()].filter((id) => !before.has(id));
  const notes = [...notesOf(toLand), ...(landings.length === 0 ? [] : [messages.landedThere(landings)])];
  emit({ type: 'integrated', from, commit: landed.sha, notes });
  if (landed.audit.length > 0) emit({ type: 'audit-failed', id: from, findings: landed.audit });
  return 'done';
}

/** `origin/main`, as the user would write it for git. */
export function nameOfSource(
  { base, remote, upstream }: Pick<Settings, 'base' | 'remote' | 'upstream'>,
  kind: IntegrateDeps['kind'],
): string {
  const branch = kind === 'remote' ? base : (upstream ?? base);
  return remote === null || branch.startsWith(`${remote}/`) ? branch : `${remote}/${branch}`;
}

function ready(
  plan: Exclude<IntegrationPlan, { kind: 'nothing' }>,
  base: string,
  from: string,
  shallow: boolean,
): IntegrationToLand | Later {
  switch (plan.kind) {
    case 'fast-forward':
    case 'merge':
      return plan;
    case 'conflict':
      return later(messages.mergeConflict(base, from, firstOf(plan.files)));
    case 'unrelated':
      return later(messages.noCommonHistory(base, from, shallow));
    default:
      return unreachable(plan);
  }
}

/**
 * A remote's copy of base is base too: its line of commits is read with ours. Upstream's is not, for its entries are not
 * ours, so its merges bear another trailer.
 */
function messageOf(
  plan: IntegrationToLand,
  {
    base,
    from,
    theirs,
    kind,
  }: { readonly base: string; readonly from: string; readonly theirs: string; readonly kind: IntegrateDeps['kind'] },
): Message {
  const subject = kind === 'remote' ? messages.broughtUpSubject(base, from) : messages.mergedSubject(from, base);
  return plainMessage(subject, notesOf(plan).join('\n'), [
    { name: kind === 'remote' ? INTEGRATED : 'Kanban-Upstream', value: theirs },
  ]);
}

const notesOf = (plan: IntegrationToLand): string[] =>
  plan.kind === 'merge' ? [...plan.notes, ...plan.unclear.map(({ entry, why }) => `${entry}: ${why}`)] : [];
