import type { AgentSettings } from '../workflow/settings.ts';
import type { Adapter, AgentRun } from './agent.ts';

/** The command line as it will be started for the task role; what differs from run to run stands in braces. */
export function commandLine(adapter: Adapter | null, agent: AgentSettings, isRoot: boolean): readonly string[] {
  if (adapter === null || adapter.shownCommand === 'none') return [];
  if (adapter.shownCommand === 'as-written') {
    const command = agent.command.length === 0 && adapter.cli !== null ? [adapter.cli.program] : agent.command;
    return [...command, ...(adapter.protocolArguments ?? []), ...agent.args];
  }
  const { command } = adapter.plan(sketch(adapter, agent, isRoot));
  return command === null ? [] : [command.file, ...command.args];
}

function sketch(adapter: Adapter, agent: AgentSettings, isRoot: boolean): AgentRun {
  return {
    runId: '{run_id}',
    taskId: '{task}',
    role: 'task',
    purpose: 'work',
    settings: agent.command.length === 0 && adapter.cli ? { ...agent, command: [adapter.cli.program] } : agent,
    model: agent.model,
    worktree: '{worktree}',
    promptFile: '{run}/prompt.md',
    report: '{report}',
    gitDir: '{git_dir}',
    gitCommonDir: '{git_common_dir}',
    script: null,
    files: [],
    roleRun: '',
    session: adapter.capabilities.names ? { id: '{session}', resume: false } : null,
    folder: '{run}',
    root: '{root}',
    mcp: { command: 'kanban', args: ['mcp-report', '--role', 'task', '--report', '{report}'] },
    allowance: null,
    isRoot,
  };
}
