import { fullFacts, quickFacts, type FactsAsked } from '../effects/preflight-facts.ts';
import type { Repository } from '../git/git.ts';
import type { PreflightFacts } from '../preflight/facts.ts';
import type { Finding } from '../preflight/finding.ts';
import { preflight } from '../preflight/preflight.ts';
import { ROLES, type Role } from '../workflow/settings.ts';
import { promptFile } from './run-starter.ts';
import type { Observation } from './observe.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long a look at what only processes can tell is good for. */
const FRESH = 2_000;

/** Preflight as the coordinator asks it: everything once, then cheaply again while things start or move. */
export class Preflight {
  readonly #repo: Repository;
  #facts: PreflightFacts | null = null;
  #findings: readonly Finding[] = [];
  #at = 0;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  async full(observation: Observation, mended: readonly string[]): Promise<readonly Finding[]> {
    this.#facts = await fullFacts(this.#asked(observation, mended));
    this.#findings = preflight(this.#facts);
    this.#at = Date.now();
    return this.#findings;
  }

  /** @returns whether what is stopped or held has changed: then the tick's decision no longer stands. */
  async quick(observation: Observation): Promise<boolean> {
    const held = this.#findings.some(({ level }) => level === 'stops' || level === 'holds');
    if (this.#facts === null || (!held && Date.now() - this.#at < FRESH)) return false;
    return this.again(observation);
  }

  async again(observation: Observation): Promise<boolean> {
    if (this.#facts === null || Date.now() - this.#at < 500) return false;
    const before = summary(this.#findings);
    this.#facts = await quickFacts(this.#asked(observation, []), this.#facts);
    this.#findings = preflight(this.#facts);
    this.#at = Date.now();
    return summary(this.#findings) !== before;
  }

  #asked(observation: Observation, mended: readonly string[]): FactsAsked {
    const { workflow, world, board } = observation;
    const { settings } = workflow;
    const root = observation.git.checkout?.path ?? this.#repo.root;
    const prompts = Object.fromEntries(ROLES.map((role) => [role, { file: promptFile(settings, role), text: readText(join(root, promptFile(settings, role))) }])) as Record<Role, { file: string; text: string | null }>;
    return {
      cwd: this.#repo.root,
      settings,
      settingsProblems: [],
      boardProblems: board.board.problems,
      ...(observation.git.checkout === null ? {} : { prompts }),
      otherCoordinator: null,
      foreignBranches: [],
      inWork: world.entries.filter(({ entry }) => entry.column !== 'TODO').length,
      mended,
      runsAlive: world.runs.filter(({ state }) => state !== 'ended').length,
      next: world.entries.filter(({ entry }) => entry.column === 'TODO' && !entry.parked).slice(0, 3).map(({ entry }) => `${entry.id ?? 'a note'} ${entry.title}`),
    };
  }
}

const summary = (findings: readonly Finding[]): string => findings.filter(({ level }) => level === 'stops' || level === 'holds').map(({ message }) => message).join('\n');

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
