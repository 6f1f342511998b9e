import { git, type Repository } from '../../git/git.ts';

/** One report of an entry's life on base, as its commit has it. */
export interface ReportedStep {
  readonly sha: string;
  readonly subject: string;
  /** `task done`, `reviewer changes-requested`; '' for a step without a run. */
  readonly verdict: string;
  /** The report, outdented; '' if none. */
  readonly report: string;
}

/**
 * The commits of base that took in an entry's runs, oldest first: what a landing or a retry quotes is read from these,
 * not from `.kanban/`. One git process.
 * @param from the commit of base that the entry's branch starts from
 */
export async function readRunReports(
  repo: Repository,
  id: string,
  from: string,
  base: string,
): Promise<ReportedStep[]> {
  const args = [
    'log',
    '--first-parent',
    '-z',
    '--reverse',
    '--no-color',
    '--no-show-signature',
    `--grep=^Kanban-Verdict: ${id} `,
  ];
  const { stdout } = await git(
    [...args, '--format=%H%x01%s%x01%(trailers:key=Kanban-Verdict,valueonly)%x01%b', `${from}..${base}`, '--'],
    { cwd: repo.root },
  );
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((record) => {
      const [sha = '', subject = '', verdicts = '', body = ''] = record.split('\x01');
      const verdict =
        verdicts
          .split('\n')
          .find((line) => line.startsWith(`${id} `))
          ?.slice(id.length + 1) ?? '';
      return { sha, subject, verdict, report: reportIn(body) };
    });
}

/** Reports are indented in commit bodies; trailers are not. */
function reportIn(body: string): string {
  const lines = body.split('\n').filter((line) => line === '' || line.startsWith('    '));
  return lines
    .map((line) => line.slice(4))
    .join('\n')
    .trim();
}

/**
 * The same from memory, for entries whose whole life this process saw; git is asked for the others.
 */
export class RunReports {
  readonly #repo: Repository;
  readonly #seen = new Map<string, ReportedStep[]>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** A step that this process committed. `first`: it was picked just now, on a fresh branch. */
  add(id: string, step: ReportedStep | 'first'): void {
    if (step === 'first') this.#seen.set(id, []);
    else this.#seen.get(id)?.push(step);
  }

  forget(id: string): void {
    this.#seen.delete(id);
  }

  async of(id: string, from: string, base: string): Promise<readonly ReportedStep[]> {
    return this.#seen.get(id) ?? (await readRunReports(this.#repo, id, from, base));
  }
}

/** The reports in short, for a landing's body: the first lines of each role's last word. */
export function inShort(steps: readonly ReportedStep[]): string {
  const last = new Map<string, ReportedStep>();
  for (const step of steps) last.set(step.verdict.split(' ')[0] ?? '', step);
  return [...last.values()].map(({ verdict, report }) => `${verdict}: ${firstLines(report)}`).join('\n\n');
}

const firstLines = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 8)
    .join('\n') || '(no words)';
