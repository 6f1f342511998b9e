import { nearestOf } from '../../board/nearest.ts';
import type { SnapshotEntry } from '../../contract/snapshot.ts';
import { failed, ok, type Result } from '../../problem.ts';
import type { AgentOf, EntryFilter } from '../../report/filter-entries.ts';
import { readSettings } from '../../surfaces/with-board.ts';
import { agentNames } from '../../workflow/agent-settings.ts';
import type { ParsedArgs } from '../program/command.ts';
import * as messages from '../messages.ts';

/** What `--column`, `--state`, `--tag` and `--agent` ask for. Problems: an agent that is not known; the settings. */
export async function entryFilter(
  cwd: string,
  options: ParsedArgs['options'],
): Promise<Result<{ readonly filter: EntryFilter; readonly agentOf: AgentOf }>> {
  const agents = listOf(options['agent'])
    .flatMap((names) => names.split(','))
    .map((name) => name.trim());
  const filter = {
    columns: listOf(options['column']),
    states: listOf(options['state']),
    tags: listOf(options['tag']),
    agents,
  };
  if (agents.length === 0) return ok({ filter, agentOf: () => '' });
  const settings = await readSettings(cwd);
  if (!settings.ok) return settings;
  const known = agentNames(settings.value);
  const unknown = agents.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    return failed(
      unknown.map((name) => ({
        code: 'unknown-agent',
        message: messages.unknownAgent(name),
        fix: messages.knownAgents(nearestOf(name, known), known),
      })),
    );
  const { task, reviewer, tester } = settings.value.roles;
  const byColumn: Readonly<Record<SnapshotEntry['column'], string>> = {
    TODO: task.agent,
    IN_PROGRESS: task.agent,
    REVIEW: reviewer.agent,
    TESTING: tester.agent,
  };
  return ok({ filter, agentOf: (column) => byColumn[column] });
}

const listOf = (value: ParsedArgs['options'][string] | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : [];
