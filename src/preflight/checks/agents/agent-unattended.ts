import type { Check, Found } from '../../finding.ts';
import type { AgentFact } from '../../facts.ts';

export const agentUnattended: Check = {
  id: 'agent-unattended',
  title: 'the agents can work without being asked',
  why: 'Without the right switches these programs exit with code 0 and commit nothing.',
  run: ({ agents, isRoot }) =>
    agents
      // Adapters bring the switches that are needed.
      .filter(({ kind, found }) => kind === 'command' && found !== null)
      .flatMap((agent): Found[] => {
        const reason = (CHECKED[programName(agent.program)] ?? (() => null))(agent, isRoot);
        return reason === null
          ? []
          : [
              {
                level: 'holds',
                message: `The agent \`${agent.name}\` ${reason.message}`,
                fix: reason.fix,
                holds: { agents: [agent.name] },
              },
            ];
      }),
};

interface Reason {
  readonly message: string;
  readonly fix: string;
}

const CHECKED: Readonly<Record<string, (agent: AgentFact, isRoot: boolean) => Reason | null>> = { claude, codex };

function claude({ args }: AgentFact, isRoot: boolean): Reason | null {
  const bypass =
    args.includes('--dangerously-skip-permissions') || args.some((arg) => arg.includes('bypassPermissions'));
  if (bypass && isRoot)
    return {
      message: 'refuses to skip permissions as root.',
      fix: 'run kanban as another user, or use `--permission-mode dontAsk --allowedTools …`',
    };
  const allowed = args.some((arg) => /^--allowed-?tools/i.test(arg) || arg === '--settings');
  if (bypass || allowed) return null;
  return {
    message: 'would ask for permission to commit, and no user can answer.',
    fix: 'add `--permission-mode dontAsk --allowedTools "Bash(git *)" Write Edit Read` to its args or use the adapter, which sets them: agents: { claude: {} }',
  };
}

function codex({ args }: AgentFact): Reason | null {
  const whole = args.join(' ');
  if (/--dangerously-bypass-approvals-and-sandbox|danger-full-access|--yolo/.test(whole)) return null;
  if (!/workspace-write|--full-auto/.test(whole))
    return {
      message: 'would work in a read-only sandbox.',
      fix: 'add `--sandbox workspace-write --add-dir {git_common_dir} --add-dir {git_dir}` to its args',
    };
  if (whole.includes('{git_dir}') && whole.includes('{git_common_dir}')) return null;
  if (whole.includes('writable_roots')) return null;
  return {
    message: 'could not commit: the git folders of a worktree lie outside its sandbox.',
    fix: 'add `--add-dir {git_common_dir} --add-dir {git_dir}` to its args',
  };
}

const programName = (program: string): string => (program.split(/[\\/]/).at(-1) ?? '').replace(/\.(exe|cmd|js)$/, '');
