import type { Snapshot } from '../contract/snapshot.ts';
import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';
import { ok, type Result } from '../problem.ts';
import { filterEntries, isFiltered } from '../report/filter-entries.ts';
import { renderStatus, type StatusOptions } from '../report/status.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { localClock } from './program/local-clock.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';

/** Options that choose entries. */
const FILTERS = ['column', 'state', 'agent', 'tag'] as const;

/** `kanban status`, and plain `kanban`. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const chosen = await chooser(io.cwd, options);
  if (!chosen.ok) return printProblems(io, chosen.error);
  const { choose, isNarrowed } = chosen.value;
  const draw = (snapshot: Snapshot, { now, width }: Pick<StatusOptions, 'now' | 'width'>): string =>
    renderStatus(choose(snapshot), {
      now,
      width,
      clock: localClock(now),
      colour: wantsColour(io),
      details: options['details'] === true,
      ...(isNarrowed ? { whole: snapshot } : {}),
    });
  if (options['watch'] === true) {
    const { watchStatus } = await import('./read/watch-status.ts');
    return watchStatus(io, draw);
  }
  const read = await readSnapshot(io.cwd);
  if (!read.ok) return printProblems(io, read.error);
  if (options['json'] === true) printJson(io, choose(read.value));
  else io.stdout.write(draw(read.value, { now: Date.now(), width: io.columns ?? null }));
  return EXIT.done;
}

interface Chooser {
  readonly choose: (snapshot: Snapshot) => Snapshot;
  readonly isNarrowed: boolean;
}

/** Without a filter nothing more is loaded. */
async function chooser(cwd: string, options: ParsedArgs['options']): Promise<Result<Chooser>> {
  if (FILTERS.every((name) => options[name] === undefined)) return ok({ choose: (all) => all, isNarrowed: false });
  const { entryFilter } = await import('./read/entry-filter.ts');
  const read = await entryFilter(cwd, options);
  if (!read.ok) return read;
  const { filter, agentOf } = read.value;
  return ok({ choose: (all) => filterEntries(all, filter, agentOf), isNarrowed: isFiltered(filter) });
}
