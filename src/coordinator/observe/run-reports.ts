import { git, type Repository } from '../../git/git.ts';
import { sinceStart, stepOf, type Step } from '../../pipeline/handover/step.ts';

/** Of an entry's life; older steps are not asked for. */
const MOST_STEPS = 40;

/**
 * Commits of base that recorded something about an entry, in this order: what a landing or a briefing quotes is read from
 * these, not from `.kanban/`. One git process.
 */
export async function readSteps(repo: Repository, id: string, shas: readonly string[]): Promise<Step[]> {
  const args = ['log', '--no-walk=unsorted', '-z', '--no-color', '--no-show-signature'];
  const { stdout } = await git([...args, '--format=%H%x01%(trailers:only,unfold)%x01%b', ...shas, '--'], {
    cwd: repo.root,
  });
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((record) => {
      const [sha = '', trailers = '', body = ''] = record.split('\x01');
      return stepOf(id, { sha, trailers: trailers.split('\n').flatMap(trailerIn), report: reportIn(body) });
    });
}

function trailerIn(line: string): { readonly name: string; readonly value: string }[] {
  const colon = line.indexOf(':');
  return colon > 0 ? [{ name: line.slice(0, colon), value: line.slice(colon + 1).trim() }] : [];
}

/** Reports are indented in commit bodies; trailers are not. */
function reportIn(body: string): string {
  const lines = body.split('\n').filter((line) => line === '' || line.startsWith('    '));
  return lines
    .map((line) => line.slice(4))
    .join('\n')
    .trim();
}

/** The same, with what this process committed from memory: there a report is whole. */
export class RunReports {
  readonly #repo: Repository;
  /** By task id, then by commit. */
  readonly #known = new Map<string, Map<string, Step>>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** A step that this process committed. */
  add(id: string, step: Step): void {
    this.#of(id).set(step.sha, step);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  /** @param recorded the commits, as the history names them */
  async of(id: string, recorded: readonly string[] | undefined): Promise<readonly Step[]> {
    const shas = (recorded ?? []).slice(-MOST_STEPS);
    const known = this.#of(id);
    const unknown = shas.filter((sha) => !known.has(sha));
    if (unknown.length > 0) for (const step of await readSteps(this.#repo, id, unknown)) known.set(step.sha, step);
    return shas.flatMap((sha) => known.get(sha) ?? []);
  }

  #of(id: string): Map<string, Step> {
    const known = this.#known.get(id) ?? new Map<string, Step>();
    this.#known.set(id, known);
    return known;
  }
}

/** The reports in short, for a landing's body: the first lines of each role's last report. */
export function inShort(steps: readonly Step[]): string {
  const last = new Map<string, Step>();
  for (const step of sinceStart(steps)) if (step.verdict !== '') last.set(step.verdict.split(' ')[0] ?? '', step);
  return [...last.values()].map(({ verdict, report }) => `${verdict}: ${firstLines(report)}`).join('\n\n');
}

const firstLines = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 8)
    .join('\n') || '(no words)';
