import { join } from 'node:path';
import { adapterOf } from '../../agents/adapter-of.ts';
import { agentSettings } from '../../workflow/agent-settings.ts';
import type { Adapter, AgentPlan, AgentRun } from '../../agents/agent.ts';
import type { Entry } from '../../board/entry.ts';
import { packageRoot } from '../../system/package-root.ts';
import type { Repository } from '../../git/git.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import type { AgentSettings, Settings } from '../../workflow/settings.ts';
import type { Role } from '../../workflow/roles.ts';

/** What is known of a run before its agent is asked for a command; paths are absolute. */
export interface RunSketch {
  readonly runId: string;
  readonly taskId: string;
  readonly role: Role;
  readonly purpose: 'work' | 'mend';
  readonly agent: string;
  readonly folder: string;
  readonly worktree: string;
  readonly gitDir: string;
  readonly session: AgentRun['session'];
  readonly allowance: AgentRun['allowance'];
}

export interface AgentCommandPlan {
  readonly adapter: Adapter;
  readonly settings: AgentSettings;
  readonly model: string | null;
  readonly report: string;
  readonly plan: AgentPlan;
}

/** How an agent will be started for an entry; null: there is no agent of that name. */
export function planRun(
  repo: Repository,
  settings: Settings,
  entry: Entry | null,
  run: RunSketch,
): AgentCommandPlan | null {
  const adapter = adapterOf(settings, run.agent);
  const agent = agentSettings(settings, run.agent);
  if (adapter === null || agent === null) return null;
  const role = settings.roles[run.role];
  const model = modelField(entry, run.role) ?? role.model ?? agent.model;
  const report = join(run.worktree, '.kanban', `report-${run.runId}.md`);
  const { command } = agent;
  const plan = adapter.plan({
    ...run,
    settings: command.length === 0 && adapter.cli !== null ? { ...agent, command: [adapter.cli.program] } : agent,
    model,
    promptFile: join(run.folder, RUN_FILES.prompt),
    report,
    gitCommonDir: repo.commonDir,
    root: repo.root,
    mcp: {
      command: process.execPath,
      args: [join(packageRoot(), 'dist', 'cli.js'), 'mcp-report', '--role', run.role, '--report', report],
    },
    bridge: [process.execPath, join(packageRoot(), 'dist', 'acp.cjs')],
    isRoot: process.getuid?.() === 0,
    script: entry?.script ?? null,
    files: entry?.files ?? [],
    roleRun: run.role === 'task' ? '' : role.run,
    tests: Object.entries(settings.tests).map(([glob, command]) => ({ glob, command })),
  });
  return { adapter, settings: agent, model, report, plan };
}

/** The model that the entry names for a role. */
function modelField(entry: Entry | null, role: Role): string | undefined {
  const field = role === 'task' ? 'model' : `${role}.model`;
  return entry?.fields.find(({ key }) => key === field)?.value;
}
