import type { CommandSpec } from '../program/command.ts';
import { json } from './shared.ts';

const GROUP = 'Set up and check';

/** What preflight and doctor print as JSON. */
const findings = [
  ['[]', 'a list of findings, each with the keys below'],
  ['check', 'what was looked at, a stable name'],
  ['level', '`stops` (nothing starts or moves), `holds` (what it concerns waits), `fixed` (done already) or `info`'],
  ['message', 'what is wrong or good to know'],
  ['fix', 'how to fix it; may be absent'],
  ['where', '`file`, `line`, `column`, `length`, `lineText`; may be absent'],
  ['holds', 'what waits: `entries`, `agents`, `landings`; may be absent'],
] as const;

/** Commands that set up and check a repository. */
export const SETUP_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    group: GROUP,
    summary: 'Write the files that kanban needs; change nothing that exists, commit nothing',
    args: [],
    options: [
      { flags: '--agent <name>', summary: 'the agent to use: shell, or an installed agent CLI' },
      {
        flags: '--base <branch>',
        summary:
          'branch that tasks start from and land on; one beside the default branch is made, with a worktree of its own for the board',
      },
      { flags: '--guard', summary: 'install a pre-push hook: base moves on the remote only through the merge queue' },
      { flags: '--dry-run', summary: 'only print what would be written' },
      json,
    ],
    examples: [
      ['kanban init', 'then commit what it wrote, and kanban run'],
      ['kanban init --base agents', 'where main is protected: work on a branch of its own, for one pull request'],
      ['kanban init --guard', 'a plain git push no longer pushes your own commits on base'],
    ],
    json: [
      ['dryRun', 'whether nothing was written'],
      ['made', 'branch, worktree, hook and git config, a sentence each'],
      ['written', 'files, each with `path` and `how`: `new` or `appended`'],
      ['kept', 'files that were there already'],
      ['found', 'what was detected, a sentence each'],
      ['nextSteps', 'commands and advice, in their order'],
    ],
    load: () => import('../init.ts'),
  },
  {
    name: 'preflight',
    group: GROUP,
    summary: 'List every problem that stops or holds the work, each with its fix; exit code 3 if something stops all',
    args: [],
    options: [json],
    examples: [['kanban preflight', 'before the first kanban run']],
    json: findings,
    load: () => import('../preflight.ts'),
  },
  {
    name: 'doctor',
    group: GROUP,
    summary: 'Run preflight; show agents and their logins, containment, leftovers with sizes, kept work',
    args: [{ name: 'agent', form: 'any-number', summary: 'with --probe: only these agents' }],
    options: [
      { flags: '--fix', summary: 'fix what can be fixed without asking' },
      {
        flags: '--probe',
        summary: 'prove each agent in a scratch worktree: a file, a commit, a report (costs a few tokens)',
      },
      json,
    ],
    examples: [
      ['kanban doctor', 'when something is odd'],
      ['kanban doctor --probe', 'can the agents of the roles work unattended?'],
      ['kanban doctor --probe claude codex', 'can these two?'],
    ],
    json: [
      ['findings', 'as `kanban preflight --json`'],
      ['containment', 'how the processes of a run are contained, a sentence'],
      [
        'agents',
        'installed or named in the settings: `name`, `kind`, `roles`, `program`, `found` (path or null), `version`, `login` (`login`, `key`, `nothing` or null), `unnamedKeys`, `needsNode`, `measured` (versions that were tested), `permissions`',
      ],
      ['probes', 'with --probe: `agent`, `ok`, `seconds`, `what`, `tail`'],
      ['leftovers', 'each with `kind`, `name`, `what`, `size` (KiB or null), `hint`'],
      ['fixed', 'what --fix fixed'],
    ],
    load: () => import('../doctor.ts'),
  },
  {
    name: 'demo',
    group: GROUP,
    summary: 'Watch kanban work on a small example repository; leave nothing behind',
    args: [],
    options: [
      { flags: '--fast', summary: 'without pauses' },
      { flags: '--keep', summary: 'keep the repository' },
    ],
    outlivesReader: true,
    examples: [['kanban demo', 'about a minute and a half; no keys, no network']],
    load: () => import('../demo/demo.ts'),
  },
];
