import { plain } from '../../report/plain.ts';
import { reasonText } from '../../report/reason.ts';
import { WITHOUT_COORDINATOR } from '../../coordinator/observe/observation.ts';
import { worktreePath } from '../../coordinator/observe/names.ts';
import type { Observation } from '../../coordinator/observe/observation.ts';
import { Observer } from '../../coordinator/observe/observer.ts';
import { Preflight } from '../../coordinator/preflight/preflight-runner.ts';
import { planRun } from '../../coordinator/launch/agent-command.ts';
import { closeRepository } from '../../git/close.ts';
import type { Repository } from '../../git/git.ts';
import type { Action } from '../../pipeline/action.ts';
import { decide } from '../../pipeline/decide.ts';
import { drawFindings } from '../../preflight/draw.ts';
import type { Role } from '../../workflow/roles.ts';
import type { Io } from '../program/command.ts';
import { EXIT, type ExitCode } from '../program/exit-codes.ts';
import { printProblems } from '../program/print.ts';
import * as messages from '../messages.ts';
import { shownWord } from '../../shell-word.ts';

/** `kanban run --dry-run`: what the first tick would do, and each agent's command line. Nothing is started or written. */
export async function dryRun(
  repo: Repository,
  { only, allowsDirty }: { readonly only: ReadonlySet<string> | null; readonly allowsDirty: boolean },
  io: Io,
): Promise<ExitCode> {
  try {
    const observer = new Observer(repo);
    const looked = await observer.observe({ ...WITHOUT_COORDINATOR, now: Date.now(), only });
    if (!looked.ok) return printProblems(io, looked.problems);
    const findings = await new Preflight(observer, () => null, allowsDirty).full(looked.value, []);
    const blocking = findings.filter(({ level }) => level === 'stops' || level === 'holds');
    if (blocking.length > 0) io.stderr.write(`${drawFindings(blocking)}\n`);
    const held = await observer.observe({ ...WITHOUT_COORDINATOR, now: Date.now(), only, findings });
    if (!held.ok) return printProblems(io, held.problems);
    const { actions, notes } = decide(held.value.world);
    const lines = actions.flatMap((action) => linesOf(action, held.value, repo));
    io.stdout.write(lines.length === 0 ? `${messages.NOTHING_TO_DO}\n` : `${lines.join('\n')}\n`);
    if (lines.length === 0)
      io.stdout.write(
        notes.map(({ id, key, reason }) => `  ${id ?? titleOf(held.value, key)}: ${reasonText(reason)}\n`).join(''),
      );
    return blocking.some(({ level }) => level === 'stops') ? EXIT.preflightFailed : EXIT.done;
  } finally {
    closeRepository(repo);
  }
}

/** An entry without a number yet is known by its title; its key is nothing that the user wrote. */
function titleOf({ world }: Observation, key: string): string {
  const title = world.entries.find(({ entry }) => entry.key === key)?.entry.title ?? '';
  return title === '' ? 'T-?' : `"${plain(title)}"`;
}

function linesOf(action: Action, observation: Observation, repo: Repository): string[] {
  switch (action.type) {
    case 'pick-entries':
      return action.picks.flatMap(({ key, id }) => {
        const agent = observation.world.entries
          .find(({ entry }) => entry.key === key)
          ?.entry.fields.find((field) => field.key === 'agent')?.value;
        return [
          messages.wouldPick(id),
          commandLine(observation, repo, {
            id,
            role: 'task',
            agent: agent ?? observation.workflow.settings.roles.task.agent,
          }),
        ];
      });
    case 'start-run':
      return [messages.wouldStart(action.role, action.id), commandLine(observation, repo, action)];
    case 'move-entry':
      return [`move ${action.id} ${action.from} → ${action.to}: ${action.why}`];
    case 'land-tested':
      return [`land ${action.candidate.id} (${action.candidate.tip.slice(0, 10)})`];
    case 'land-entries':
      return action.entries.map(({ id, tip }) => `land ${id} (${tip.slice(0, 10)})`);
    case 'stop-run':
    case 'put-aside':
      return [`${action.type} ${action.run}`];
    case 'add-entry':
    case 'answer-request':
      return [`${action.type} ${action.request}`];
    case 'number-entry':
    case 'abandon-entry':
    case 'close-merged':
    case 'restore-branch':
    case 'remove-worktree':
    case 'retire-branch':
      return [`${action.type} ${action.id}`];
    default:
      return [];
  }
}

/** As it would be started; the run's own paths are not made yet. */
function commandLine(
  { workflow, world }: Observation,
  repo: Repository,
  run: { readonly id: string; readonly role: Role; readonly agent: string },
): string {
  const { settings } = workflow;
  const entry = world.entries.find((facts) => facts.entry.id === run.id)?.entry ?? null;
  const worktree = worktreePath(repo, settings, run.id);
  const planned = planRun(repo, settings, entry, {
    runId: '<run>',
    taskId: run.id,
    role: run.role,
    purpose: 'work',
    agent: run.agent,
    folder: '<run folder>',
    worktree,
    gitDir: `${repo.commonDir}/worktrees/${run.id}`,
    session: null,
    allowance: null,
  });
  if (planned === null) return `  ${messages.noAgent(run.agent)}`;
  const { plan, adapter, model, settings: own } = planned;
  const permissions = adapter.cli?.permissions ?? null;
  const opens =
    permissions === null ? null : ((own.permissions === 'narrow' ? permissions.narrow : null) ?? permissions.full);
  if (plan.command === null) return `  ${messages.shellRun(run.agent, plan.shell, worktree)}`;
  const words = [plan.command.file, ...plan.command.args];
  // Some agents get it by a file.
  const named = model === null || words.some((word) => word.includes(model)) ? '' : `\n    ${messages.modelOf(model)}`;
  return `  ${words.map(shownWord).join(' ')}${plan.command.stdin === 'none' || plan.command.stdin === 'argument' ? '' : '  < prompt'}${named}${opens === null ? '' : `\n    ${opens}`}`;
}
