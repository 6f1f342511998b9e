import { readCheckLog } from '../merge-queue/check-log-file.ts';
import { closeRepository } from '../../git/close.ts';
import type { Repository } from '../../git/git.ts';
import { decide } from '../../pipeline/decide.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { WITHOUT_COORDINATOR, type Observation } from '../observe/observation.ts';
import type { Finding } from '../../preflight/finding.ts';
import { Observer } from '../observe/observer.ts';
import { NO_QUEUE, queueView } from '../merge-queue/queue-snapshot.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { Preflight } from '../preflight/preflight-runner.ts';
import { EntryMemo } from '../publish/entry-memo.ts';
import { snapshotFrom } from '../publish/snapshot-from.ts';

/** How things stand, without a coordinator. Reads only; the git processes that stay are ended. */
export async function inspect(repo: Repository): Promise<Result<Inspected>> {
  try {
    return await new Inspection(repo).look();
  } finally {
    closeRepository(repo);
  }
}

export interface Inspected {
  readonly snapshot: Snapshot;
  /** Folder of the board, relative to the checkout of base. */
  readonly board: string;
  /** Nothing stops the work, or only uncommitted files, which show in what the next look compares. */
  readonly isSteady: boolean;
}

/** How long what preflight finds stays valid, ms. */
const MAX_FINDINGS_AGE_MS = 2_000;

/**
 * Looks without a coordinator, with what would keep the next one from working, as far as it shows without starting a
 * program. What has not changed between two looks is not read again.
 */
export class Inspection {
  readonly #observer: Observer;
  readonly #memo = new EntryMemo();
  #findings: readonly Finding[] = [];
  #foundAt = Number.NEGATIVE_INFINITY;

  constructor(repo: Repository) {
    this.#observer = new Observer(repo, false);
  }

  async look(): Promise<Result<Inspected>> {
    const inputs = { ...WITHOUT_COORDINATOR, now: Date.now() };
    const first = await this.#observer.observe(inputs);
    if (!first.ok) return failed(first.problems);
    const findings = await this.#preflight(first.value);
    const isHeld = findings.some(({ level }) => level === 'stops' || level === 'holds');
    const looked = isHeld ? await this.#observer.observe({ ...inputs, findings }) : first;
    if (!looked.ok) return failed(looked.problems);
    const { world, workflow } = looked.value;
    const { repo } = this.#observer;
    const queue = queueView(repo, {
      world,
      log: readCheckLog(repo),
      look: NO_QUEUE,
      statuses: new Map(),
      remote: null,
    });
    const snapshot = snapshotFrom(repo.root, looked.value, decide(world), {
      coordinator: null,
      queue,
      memo: this.#memo,
    });
    const ofFiles = findings.filter(({ level, check }) => level === 'stops' && check === 'uncommitted');
    return ok({ snapshot, board: workflow.settings.board, isSteady: world.stops.length === ofFiles.length });
  }

  async #preflight(observation: Observation): Promise<readonly Finding[]> {
    if (performance.now() - this.#foundAt > MAX_FINDINGS_AGE_MS) {
      this.#findings = await new Preflight(this.#observer).brief(observation);
      this.#foundAt = performance.now();
    }
    return this.#findings;
  }
}
