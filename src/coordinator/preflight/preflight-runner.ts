import { fullFacts } from '../../preflight/gather/full.ts';
import { quickFacts } from '../../preflight/gather/quick.ts';
import { type FactsAsked, type PromptText } from '../../preflight/gather/asked.ts';
import type { PreflightFacts } from '../../preflight/facts.ts';
import type { Finding } from '../../preflight/finding.ts';
import { decide } from '../../pipeline/decide.ts';
import { heldBy } from '../../preflight/holds.ts';
import { preflight } from '../../preflight/preflight.ts';
import { ROLES, type Role } from '../../workflow/roles.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import type { RemoteFacts } from '../remote/remote-facts.ts';
import { promptFile } from '../../workflow/roles.ts';

/** How long facts that take a process stay valid, ms. */
const MAX_FACTS_AGE_MS = 2_000;
const FRESH_WHILE_HELD = 500;

/** Preflight as the coordinator asks it: everything once, then cheaply again while things start or move. */
export class Preflight {
  readonly #observer: Observer;
  readonly #remoteAnswer: () => PreflightFacts['remoteAnswer'];
  readonly #allowsDirty: boolean;
  /** An entry was in work: from then on uncommitted files are reported, and stop nothing. */
  #hasWorked = false;
  #facts: PreflightFacts | null = null;
  #findings: readonly Finding[] = [];
  #at = 0;

  /**
   * @param remoteAnswer what is known of the remote; null = it was not asked
   * @param allowsDirty uncommitted files stop nothing
   */
  constructor(
    observer: Observer,
    remoteAnswer: () => PreflightFacts['remoteAnswer'] = () => null,
    allowsDirty = false,
  ) {
    this.#observer = observer;
    this.#remoteAnswer = remoteAnswer;
    this.#allowsDirty = allowsDirty;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** More than single entries wait because of a finding: it is looked at again, so that the hold ends by itself. */
  get isHolding(): boolean {
    return this.#findings.some(
      ({ level, holds }) =>
        level === 'stops' || (level === 'holds' && (holds?.landings === true || (holds?.agents ?? []).length > 0)),
    );
  }

  /** @param other who has the coordinator's lock, if it isn't whoever asks */
  async full(
    observation: Observation,
    fixed: readonly string[],
    other: FactsAsked['otherCoordinator'] = null,
  ): Promise<readonly Finding[]> {
    this.#facts = await fullFacts({ ...(await this.#asked(observation, fixed)), otherCoordinator: other });
    this.#findings = findingsOf(this.#facts, observation);
    this.#at = Date.now();
    return this.#findings;
  }

  /** What is found without starting a program of the agents or the team. */
  async brief(observation: Observation): Promise<readonly Finding[]> {
    return findingsOf(await fullFacts({ ...(await this.#asked(observation, [])), isBrief: true }), observation);
  }

  /** @returns whether what is stopped or held has changed: then the tick's decision no longer stands. */
  async quick(observation: Observation): Promise<boolean> {
    const good = this.isHolding ? FRESH_WHILE_HELD : MAX_FACTS_AGE_MS;
    if (this.#facts === null || Date.now() - this.#at < good) return false;
    const before = summary(this.#findings);
    this.#facts = await quickFacts(await this.#asked(observation, []), this.#facts);
    this.#findings = findingsOf(this.#facts, observation);
    this.#at = Date.now();
    return summary(this.#findings) !== before;
  }

  async #asked(observation: Observation, fixed: readonly string[]): Promise<FactsAsked> {
    const { workflow, world } = observation;
    const { settings } = workflow;
    const { repo } = this.#observer;
    const inWork = world.entries.filter(({ entry }) => entry.column !== 'TODO').length;
    this.#hasWorked ||= inWork > 0 || world.runs.length > 0 || world.past.length > 0;
    return {
      cwd: repo.root,
      repo,
      settings,
      // The last valid ones stay in effect while an edit is broken: that is reported, and stops nothing.
      settingsProblems: [],
      boardProblems: observation.boardProblems,
      prompts: await this.#prompts(observation),
      otherCoordinator: null,
      obstacles: observation.obstacles,
      remoteAnswer: this.#remoteAnswer(),
      inWork: this.#hasWorked ? Math.max(1, inWork) : inWork,
      allowsDirty: this.#allowsDirty,
      fixed,
      runsAlive: world.runs.filter(({ state }) => state !== 'ended').length,
      next: [],
    };
  }

  /** As they count: from the checkout of base, or from its tip. */
  async #prompts({ workflow: { settings }, git }: Observation): Promise<Readonly<Record<Role, PromptText>>> {
    const read = ROLES.map(async (role) => {
      const file = promptFile(settings, role);
      return [role, { file, text: await this.#observer.workflow.file(git, file).catch(() => null) }] as const;
    });
    return Object.fromEntries(await Promise.all(read)) as Record<Role, PromptText>;
  }
}

/** What preflight is to know of what the coordinator knows of the remote. */
export const remoteAnswerOf = ({
  away,
  rejected,
  lock,
  foreign,
  lost,
}: RemoteFacts): NonNullable<PreflightFacts['remoteAnswer']> => ({
  away: away?.why ?? null,
  declined: rejected,
  lockedBy: typeof lock === 'object' ? lock.by : null,
  foreign,
  lost,
});

/** What waits, without its text: the text of a disk that fills up has another number every time. */
const summary = (findings: readonly Finding[]): string =>
  findings
    .filter(({ level }) => level === 'stops' || level === 'holds')
    .map(({ check, level, holds }) => `${check} ${level} ${JSON.stringify(holds ?? {})}`)
    .join('\n');

/** What starts first depends on what the findings hold. */
function findingsOf(facts: PreflightFacts, { world }: Observation): readonly Finding[] {
  const { agents, landings } = heldBy(preflight(facts));
  const landingsHeld = landings ?? world.landingsHeld;
  const next = firstActions({ ...world, stops: [], agentsHeld: agents, landingsHeld });
  return preflight({ ...facts, next });
}

/** What would land or start first, nearest to CHANGELOG first. */
function firstActions(world: Observation['world']): string[] {
  const keys = decide(world).actions.flatMap((action) => {
    switch (action.type) {
      case 'pick-entries':
        return action.picks.map(({ id }) => id);
      case 'start-run':
        return [action.id];
      case 'land-entries':
        return action.entries.map(({ id }) => id);
      default:
        return [];
    }
  });
  const titles = new Map(world.entries.map(({ entry }) => [entry.id ?? entry.key, entry.title]));
  return [...new Set(keys)].map((id) => `${id} ${titles.get(id) ?? ''}`.trim());
}
