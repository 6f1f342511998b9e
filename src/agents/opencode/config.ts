import type { AgentRun } from '../agent.ts';
import { allowedPrograms } from '../allowed-programs.ts';

/**
 * The layer of configuration that a run gives opencode (OPENCODE_CONFIG_CONTENT, merged over all its files).
 *
 * The narrow form is an agent of its own: opencode goes by the last rule that fits, in the order in which the keys
 * stand, and where two layers write the same map the order is that of the older one. The rules of an agent that nobody
 * else writes to come after all others, in our order. Everything that isn't allowed is denied, not asked: a question
 * that nobody answers ends the agent's turn, a denial is reported to the model.
 */
export function opencodeConfig(run: AgentRun): object {
  const { mcp, settings } = run;
  return {
    autoupdate: false,
    share: 'disabled',
    // Its own copies of the worktree, for an `undo` that nobody asks for: git has them.
    snapshot: false,
    mcp: {
      kanban: { type: 'local', command: [mcp.command, ...mcp.args], enabled: true, timeout: MCP_START },
    },
    ...(settings.permissions === 'full'
      ? {}
      : {
          default_agent: AGENT,
          agent: {
            [AGENT]: { mode: 'primary', description: 'Works on a task of the kanban', permission: narrow(run) },
          },
        }),
  };
}

const AGENT = 'kanban';
/** ms; its default of 5 s is little on a machine that starts six of them at once. */
const MCP_START = 30_000;

/** Programs that change files; those that they are given as arguments opencode holds to the worktree. */
const CHANGING = ['cp', 'mv', 'rm', 'mkdir', 'touch', 'chmod'];

function narrow({ settings, worktree, folder }: AgentRun): object {
  return {
    '*': 'deny',
    // A file of secrets would be asked about.
    read: { '*': 'allow', '*.env': 'deny', '*.env.*': 'deny', '*.env.example': 'allow' },
    edit: 'allow',
    glob: 'allow',
    grep: 'allow',
    list: 'allow',
    lsp: 'allow',
    todowrite: 'allow',
    skill: 'allow',
    // What it puts in the place of a call that it can't carry out.
    invalid: 'allow',
    bash: {
      '*': 'deny',
      ...Object.fromEntries(
        [...allowedPrograms(settings.tools), ...CHANGING].map((program) => [`${program} *`, 'allow']),
      ),
      // Another repository, the user's checkout before all.
      'git -C *': 'deny',
      'git *--git-dir*': 'deny',
      'git *--work-tree*': 'deny',
      [`git -C ${worktree} *`]: 'allow',
    },
    external_directory: { '*': 'deny', [`${folder}/tmp/*`]: 'allow' },
    webfetch: 'deny',
    websearch: 'deny',
    task: 'deny',
    doom_loop: 'deny',
    'kanban_*': 'allow',
  };
}
