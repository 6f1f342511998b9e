import type { Repository } from '../../git/git.ts';
import type { Problem } from '../../problem.ts';
import type { Role } from '../../workflow/roles.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { PreflightFacts } from '../facts.ts';

/** What the caller knows already. */
export interface FactsAsked {
  readonly cwd: string;
  /** If it is open already: saves two git calls. */
  readonly repo?: Repository;
  /** The last good settings, or the defaults. */
  readonly settings: Settings;
  readonly settingsProblems: readonly Problem[];
  readonly boardProblems: readonly Problem[];
  /** The prompts as they count (base's tip, if base isn't checked out); left out: read from the checkout. */
  readonly prompts?: Readonly<Record<Role, PromptText>>;
  readonly otherCoordinator: PreflightFacts['otherCoordinator'];
  readonly obstacles: PreflightFacts['obstacles'];
  /** What the remote said; left out: it was not asked. */
  readonly remoteAnswer?: PreflightFacts['remoteAnswer'];
  readonly inWork: number;
  /** `kanban run --allow-dirty`. */
  readonly allowsDirty?: boolean;
  /** Leaves out what takes long: versions of agents, the team's own commands. */
  readonly isBrief?: boolean;
  readonly fixed: readonly string[];
  readonly runsAlive: number;
  readonly next: readonly string[];
}

export interface PromptText {
  readonly file: string;
  /** null: there is no such file. */
  readonly text: string | null;
}

type Given = Pick<
  PreflightFacts,
  | 'today'
  | 'node'
  | 'settings'
  | 'settingsProblems'
  | 'boardProblems'
  | 'otherCoordinator'
  | 'obstacles'
  | 'remoteAnswer'
  | 'inWork'
  | 'allowsDirty'
  | 'fixed'
  | 'runsAlive'
  | 'next'
  | 'isRoot'
>;

export function given(asked: FactsAsked): Given {
  const {
    settings,
    settingsProblems,
    boardProblems,
    otherCoordinator,
    obstacles,
    remoteAnswer = null,
    inWork,
    allowsDirty = false,
    fixed,
    runsAlive,
    next,
  } = asked;
  const today = new Date().toISOString().slice(0, 10);
  const ours = { today, node: process.versions.node, isRoot: process.getuid?.() === 0 };
  return {
    ...ours,
    settings,
    settingsProblems,
    boardProblems,
    otherCoordinator,
    obstacles,
    remoteAnswer,
    inWork,
    allowsDirty,
    fixed,
    runsAlive,
    next,
  };
}
