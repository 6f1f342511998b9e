import { adapterOf } from '../../agents/adapter-of.ts';
import type { Board, Entry } from '../../board/entry.ts';
import { noScriptProblem } from '../../board/parse.ts';
import { ignoredModelProblem, type AgentWithoutModel } from '../../board/problems/ignored-model-problem.ts';
import { unknownAgentProblem } from '../../board/problems/unknown-agent-problem.ts';
import { placeAt, type Problem } from '../../problem.ts';
import { agentNames, agentSettings, configuredAgents, takesModel } from '../../workflow/agent-settings.ts';
import { ROLES } from '../../workflow/roles.ts';
import type { Settings } from '../../workflow/settings.ts';
import * as messages from './messages.ts';

/** Entries that name an agent which the settings don't have, and entries for `shell` without a block to run. */
export function agentProblems(entries: readonly Entry[], settings: Settings, board: Board): Problem[] {
  const names = { known: agentNames(settings), configured: configuredAgents(settings) };
  return entries.flatMap((entry) => {
    if (entry.parked) return [];
    const unknown = unknownAgentProblem(entry, board.columns[entry.column], names);
    if (unknown !== null) return [unknown];
    const ignored = ignoredModelProblem(entry, board.columns[entry.column], agentsWithoutModel(entry, settings));
    if (ignored !== null) return [ignored];
    const agent = entry.fields.find(({ key }) => key === 'agent')?.value ?? settings.roles.task.agent;
    if (entry.script !== null || (entry.column !== 'TODO' && entry.column !== 'IN_PROGRESS')) return [];
    const kind = adapterOf(settings, agent)?.name;
    return kind === 'shell' ? [noScriptProblem(entry, `${settings.board}/${entry.column}.md`)] : [];
  });
}

const NO_FIELDS: ReadonlyMap<string, AgentWithoutModel | null> = new Map();

/** The fields that name a model, each with the agent of its role where that is given none. */
function agentsWithoutModel(entry: Entry, settings: Settings): ReadonlyMap<string, AgentWithoutModel | null> {
  if (!entry.fields.some(({ key }) => key.endsWith('model'))) return NO_FIELDS;
  const fieldOf = (key: string): string | undefined => entry.fields.find((field) => field.key === key)?.value;
  return new Map(
    ROLES.map((role) => {
      const before = role === 'task' ? '' : `${role}.`;
      const name = fieldOf(`${before}agent`) ?? settings.roles[role].agent;
      const isScript = adapterOf(settings, name)?.name === 'shell';
      const of = agentSettings(settings, name);
      return [`${before}model`, isScript || (of !== null && !takesModel(of)) ? { name, isScript } : null];
    }),
  );
}

/**
 * Entries of TODO under an id that has landed: nothing lands twice under one.
 * @param landings the landing's commit by id; without those whose branch is still there
 */
export function landedProblems({ columns: { TODO } }: Board, landings: ReadonlyMap<string, string>): Problem[] {
  return TODO.entries.flatMap(({ id, key, parked, start, source }): Problem[] => {
    const landing = id === null ? undefined : landings.get(id);
    if (id === null || landing === undefined || parked) return [];
    const [line = ''] = /^[^\r\n]*/.exec(source) ?? [];
    return [
      {
        code: 'landed-already',
        message: messages.landedAlready(id, landing),
        where: placeAt(TODO.path, TODO.text, start, line.length),
        fix: messages.DELETE_OR_RENUMBER,
        holds: [key],
      },
    ];
  });
}

/** The problems that hold an entry, each with its fix, by the entry's key. */
export function problemsByEntry(problems: readonly Problem[]): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const { message, fix, holds } of problems)
    for (const key of holds ?? []) held.set(key, [...(held.get(key) ?? []), messages.withFix(message, fix)]);
  return held;
}
