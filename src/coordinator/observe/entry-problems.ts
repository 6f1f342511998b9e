import { adapterOf } from '../../agents/adapter-of.ts';
import type { Board, Entry } from '../../board/entry.ts';
import { noScriptProblem } from '../../board/parse.ts';
import { unknownAgentProblem } from '../../board/problems/unknown-agent-problem.ts';
import type { Problem } from '../../problem.ts';
import { agentNames } from '../../workflow/agent-settings.ts';
import type { Settings } from '../../workflow/settings.ts';

/** Entries that name an agent which the settings don't have, and entries for `shell` without a block to run. */
export function agentProblems(entries: readonly Entry[], settings: Settings, board: Board): Problem[] {
  return entries.flatMap((entry) => {
    if (entry.parked) return [];
    const unknown = unknownAgentProblem(entry, board.columns[entry.column], agentNames(settings));
    if (unknown !== null) return [unknown];
    const agent = entry.fields.find(({ key }) => key === 'agent')?.value ?? settings.roles.task.agent;
    if (entry.script !== null || (entry.column !== 'TODO' && entry.column !== 'IN_PROGRESS')) return [];
    const kind = adapterOf(settings, agent)?.name;
    return kind === 'shell' ? [noScriptProblem(entry, `${settings.board}/${entry.column}.md`)] : [];
  });
}

/** Messages of the problems that hold an entry, by its key. */
export function problemsByEntry(problems: readonly Problem[]): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const { message, holds } of problems)
    for (const key of holds ?? []) held.set(key, [...(held.get(key) ?? []), message]);
  return held;
}
