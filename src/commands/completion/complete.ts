import { readSnapshot } from '../../coordinator/inspect/read-snapshot.ts';
import { plain } from '../../report/plain.ts';
import { readSettings } from '../../surfaces/with-board.ts';
import { agentNames } from '../../workflow/agent-settings.ts';
import type { Io, ParsedArgs } from '../program/command.ts';
import { EXIT, type ExitCode } from '../program/exit-codes.ts';

/** `kanban complete ids|agents`: for the scripts of shells. Whatever is wrong is no concern of theirs: nothing is completed. */
export default async function run({ args }: ParsedArgs, io: Io): Promise<ExitCode> {
  const lines = args[0] === 'agents' ? await agents(io.cwd) : await ids(io.cwd);
  io.stdout.write(
    lines
      .filter((line) => HARMLESS.test(line))
      .map((line) => `${line}\n`)
      .join(''),
  );
  return EXIT.done;
}

/** bash expands the words that it is given: names with anything that it knows are left out. */
const HARMLESS = /^[\w.+-]+(?:\t|$)/;

/** `T-12`, a tab, its title. */
async function ids(cwd: string): Promise<string[]> {
  const snapshot = await readSnapshot(cwd);
  if (!snapshot.ok) return [];
  return snapshot.value.entries.flatMap(({ id, title }) => (id === null ? [] : [`${id}\t${plain(title)}`]));
}

async function agents(cwd: string): Promise<string[]> {
  const settings = await readSettings(cwd);
  return settings.ok ? agentNames(settings.value) : [];
}
