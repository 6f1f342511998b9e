import type { CommandSpec } from '../program/command.ts';
import { json } from './shared.ts';

const GROUP = 'Set up and check';

/** What preflight and doctor print as JSON. */
const findings = [
  ['[]', 'a list of findings, each with the keys below'],
  ['check', 'what was checked, a stable name'],
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
    summary: 'Write the files that kanban needs; commit nothing, and change no file of yours but by --adopt',
    args: [],
    options: [
      {
        flags: '--agent <name>',
        short: 'a',
        completes: 'agents',
        summary: 'the agent to use: shell, or an installed agent CLI',
      },
      {
        flags: '--base <branch>',
        summary:
          'branch that tasks start from and land on; one beside the default branch is made, with a worktree of its own for the board',
      },
      { flags: '--guard', summary: 'install a pre-push hook: base moves on the remote only through the merge queue' },
      {
        flags: '--adopt <file>',
        summary:
          'turn the tasks of this file (a TODO list, also board/TODO.md itself) into entries; shows a diff first',
      },
      {
        flags: '--skill',
        summary: 'also write the skill file that tells coding agents how to use kanban, for .claude/ and .agents/',
      },
      { flags: '--yes', short: 'y', summary: 'with --adopt: write the changes without asking', needs: '--adopt' },
      { flags: '--dry-run', short: 'n', summary: 'only print what would be written' },
      json,
    ],
    examples: [
      ['kanban init', 'then commit what it wrote, and kanban run'],
      ['kanban init --base agents', 'where main is protected: work on a branch of its own, for one pull request'],
      ['kanban init --adopt TODO.md', 'the tasks of TODO.md become entries; everything else stays where it is'],
      ['kanban init --skill', 'a session of Claude Code or Codex knows the commands'],
      ['kanban init --guard', 'a plain git push no longer pushes your own commits on base'],
    ],
    json: [
      ['dryRun', 'whether nothing was written'],
      ['made', 'branch, worktree, hook and git config, a sentence each'],
      ['written', 'files, each with `path` and `how`: `new`, `appended` or `changed`'],
      ['kept', 'files that were there already'],
      [
        'adopted',
        '`file`, `diff`, and `adopted`, `done`, `left`, each a list of `line` and `text`; null without --adopt',
      ],
      ['found', 'what was detected, a sentence each'],
      ['nextSteps', 'commands and advice, in their order'],
    ],
    load: () => import('../init.ts'),
  },
  {
    name: 'check',
    group: GROUP,
    summary: 'Check the text of the board, or of one file; exit code 3 if a problem holds an entry',
    args: [
      {
        name: 'file',
        form: 'optional',
        completes: 'files',
        summary: 'check this text against the board; - reads it from stdin',
      },
    ],
    options: [
      {
        flags: '--column <column>',
        summary: 'the column that the file is read as; else the one that it is named after, else TODO',
        choices: ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'],
      },
      json,
    ],
    examples: [
      ['kanban check', 'every problem of WORKFLOW.md and board/, with file:line:column and its fix'],
      ['kanban check plan.md', 'would this be read as meant if it were TODO.md?'],
      ['git show :board/TODO.md | kanban check -', 'in a pre-commit hook'],
    ],
    json: [
      ['ok', 'whether no problem holds anything; false: exit code 3'],
      ['entries', 'how many entries were read'],
      ['problems', 'each with the keys below, in the order of columns and lines'],
      ['code', 'a stable name'],
      ['level', '`problem`, or `warning` (probably not what was meant; it holds nothing)'],
      ['message', 'what is wrong'],
      ['where', '`file`, `line`, `column`, `length`, `lineText`; null'],
      ['also', 'further places that explain it, each with `message` and `where`'],
      ['fix', 'how to fix it; null'],
      ['holds', 'ids (or keys) of the entries that it holds'],
    ],
    load: () => import('../check.ts'),
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
    args: [{ name: 'agent', form: 'any-number', completes: 'agents', summary: 'with --probe: only these agents' }],
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
        'installed or named in the settings: `name`, `kind`, `roles`, `models` (the `model` of each `role`, null = its own), `program`, `found` (path or null), `version`, `login` (`login`, `key`, `nothing` or null), `unnamedKeys`, `needsNode`, `measured` (versions that were tested), `permissions`',
      ],
      ['probes', 'with --probe: `agent`, `ok`, `seconds`, `what`, `tail`'],
      ['unprobed', 'with --probe: names of agents that have nothing to prove'],
      ['leftovers', 'each with `kind`, `name`, `what`, `size` (KiB or null), `hint`'],
      ['fixed', 'what --fix fixed'],
    ],
    load: () => import('../doctor.ts'),
  },
  {
    name: 'completion',
    group: GROUP,
    summary: 'Print a script that completes commands, options, their values and task ids in your shell',
    args: [{ name: 'shell', form: 'required', summary: 'bash, zsh or fish', completes: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: [
      ['eval "$(kanban completion bash)"', 'in ~/.bashrc'],
      ['eval "$(kanban completion zsh)"', 'in ~/.zshrc, after compinit'],
      ['kanban completion fish > ~/.config/fish/completions/kanban.fish', 'once'],
    ],
    load: () => import('../completion/completion.ts'),
  },
  {
    name: 'demo',
    group: GROUP,
    summary: 'Watch kanban work on a small example repository; leave nothing behind',
    args: [],
    options: [
      { flags: '--fast', summary: 'without pauses' },
      { flags: '--keep', summary: 'keep the repository' },
      { flags: '--serve', summary: 'serve the board to the browser as well, until Ctrl-C' },
      { flags: '--open', summary: 'open it in the browser', needs: '--serve' },
    ],
    outlivesReader: true,
    examples: [
      ['kanban demo', 'about a minute and a half; no keys, no network'],
      ['kanban demo --serve --open', 'the same in the browser'],
    ],
    load: () => import('../demo/demo.ts'),
  },
  {
    name: 'export',
    group: GROUP,
    summary:
      'Write settings, prompts, an empty board and the skill into a folder, to set up another repository in the same way',
    args: [{ name: 'dir', form: 'required', summary: 'the folder; made if it is not there', completes: 'files' }],
    options: [
      { flags: '--overwrite', summary: 'replace files that are there without asking; columns that have text stay' },
      json,
    ],
    examples: [
      ['kanban export ../kanban-settings', 'WORKFLOW.md, prompts/, board/, the skill, and KANBAN.md, a guide'],
      ['kanban export ../kanban-settings --overwrite', 'once more, with the settings of today'],
    ],
    json: [
      ['folder', 'where the bundle is, absolute'],
      ['written', 'new files, relative to the folder; `replaced`, `unchanged`'],
      ['kept', 'columns that have text of their own: they are never replaced'],
      ['emptied', 'variables of `env` settings whose values were left out'],
    ],
    load: () => import('../export.ts'),
  },
];
