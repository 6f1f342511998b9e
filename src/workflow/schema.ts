import { ROLE_TABLE } from './roles.ts';
import * as z from 'zod';
import { AGENT_KINDS } from './agent-kinds.ts';
import { duration, flag, group, oneOf, setting, text } from './schema-parts.ts';
import { alerts, keep, notify } from './operations/schema.ts';
import { roleKeys } from './schema-roles.ts';
import { amountOrNone, envSetting, folder, name, orNone, settingList, whole, wholeOrNone, words } from './values.ts';

const agent = z
  .strictObject({
    kind: setting(
      oneOf(['auto', ...AGENT_KINDS]),
      'auto',
      'Adapter: `claude`, `codex`, `opencode`, `gemini`, `copilot`, `qwen`, `goose`, `pi`, `kimi`; `acp`: any agent that speaks the Agent Client Protocol; `command`: any program that takes its prompt on stdin; `shell`: the built-in agent. `auto`: the name of the agent, if it is one of these, else `command`.',
    ),
    command: setting(
      words,
      [],
      'The program and its first arguments, as a list; a single word is enough. Empty: the usual program of its kind.',
    ),
    args: setting(
      settingList('text'),
      [],
      'Further arguments. Placeholders: `{prompt}` (as one argument; stdin is closed then) `{prompt_file}` `{worktree}` `{report}` `{git_dir}` `{git_common_dir}` `{model}` `{run_id}`.',
    ),
    model: setting(orNone, 'none', 'Model, where the role and the entry name none.'),
    env: setting(envSetting, [], 'Environment of this agent, as under `roles`.'),
    permissions: setting(
      oneOf(['narrow', 'full']),
      'narrow',
      'How much the agent may do unasked, where its adapter knows the switch: docs/agents.md.',
    ),
    tools: setting(
      settingList('text'),
      [],
      'Programs that its shell may run unasked besides git, in the narrow form: `[npm, make]`.',
    ),
  })
  .meta({ expects: 'a map with `command`' });

const command = z
  .strictObject({
    name: text.meta({ description: 'What is checked, in a word or two.', expects: 'text', kind: 'text' }),
    run: text.meta({ description: 'Command; exit code 0 means success.', expects: 'a command', kind: 'text' }),
    fix: setting(text, '', 'How to fix it; shown when it fails.'),
  })
  .meta({ expects: 'a map with `name` and `run`' });

/** What people write in the front matter of WORKFLOW.md: each key once, with type, default and description. */
export const schema = z.strictObject({
  base: setting(name, 'main', 'Branch that tasks start from and land on. `kanban init` fills in the default branch.'),
  remote: setting(orNone, 'none', 'Name of the remote, e.g. `origin`; with `push: true` landings are pushed there.'),
  push: setting(flag, false, 'Push landings to `remote`, one push a batch: docs/remote.md.'),
  upstream: setting(
    orNone,
    'none',
    'Branch that is merged into `base` before runs and landings: the one of `remote`, or a local one where there is none.',
  ),
  fetch: setting(duration('1s'), '1m', 'How often the remote is asked, where one is used.'),
  board: setting(folder, 'board', 'Folder of the column files.'),
  prompts: setting(folder, 'prompts', 'Folder of the prompts.'),
  changelog: setting(
    z
      .union([z.string(), z.literal(false), z.null()])
      .transform((value) =>
        value === false || value === null || value === 'none' ? null : value.replace(/^(\.\/)+/, ''),
      )
      .meta({ expects: 'a path, or `false`' }),
    'CHANGELOG.md',
    'File that a landing writes its line to; `false` if another tool writes it.',
  ),
  ids: setting(settingList('id'), 'T', 'Prefix of task ids, or a list: all are read, new ones get the first.'),
  branch: setting(text, '{id}', 'Name of the branch of a task; must contain `{id}`.'),
  worktrees: setting(
    folder,
    '.worktrees',
    'Folder of the worktrees, one for each task; may lie outside the repository.',
  ),
  capacity: setting(whole(1), 6, 'Runs alive at once, all roles together.'),
  wip: group(
    {
      in_progress: setting(whole(1), 6, 'Entries in IN_PROGRESS at most.'),
      review: setting(wholeOrNone, 'none', 'Entries in REVIEW at which no more are picked.'),
      testing: setting(wholeOrNone, 'none', 'Entries in TESTING at which no more are picked.'),
    },
    'Limits of the columns.',
  ),
  settle: setting(duration('0s'), '5s', 'How long a new entry must stay unchanged before it is picked.'),
  retries: setting(whole(0), 1, 'Retries at each stage before an entry is escalated.'),
  restarts_per_hour: setting(whole(0), 3, 'Restarts of an entry in an hour after failures that are not its own.'),
  stall: group(
    {
      after: setting(
        duration('1s'),
        '15m',
        'How long a run may show no output, no CPU time and no changed file before that is reported.',
      ),
      repeat: setting(
        whole(2),
        20,
        'How often in a row the same tool call with the same input may occur before that is reported.',
      ),
      kill: setting(flag, false, 'End such a run as if its time were up.'),
    },
    'Runs that do nothing.',
  ),
  caps: group(
    {
      entry_usd: setting(
        amountOrNone,
        'none',
        'US dollars that the runs of one entry may cost; then it waits for the user.',
      ),
      entry_tokens: setting(
        amountOrNone,
        'none',
        'Tokens that the runs of one entry may use, input and output together.',
      ),
      entry_runs: setting(
        wholeOrNone,
        'none',
        'Runs that one entry may have, of all roles; then it waits for the user.',
      ),
      day_usd: setting(amountOrNone, 'none', 'US dollars a day (local midnight); then no run starts until the next.'),
      day_tokens: setting(amountOrNone, 'none', 'Tokens a day, input and output together.'),
    },
    'What agents may use up, as far as they report it: checked before a run starts and while it is alive.',
  ),
  contain: setting(
    oneOf(['auto', 'bwrap', 'group']),
    'auto',
    'How the processes of a run are contained: `bwrap` in a PID namespace of its own, `group` by process group and a sweep by mark, `auto` the first if bubblewrap works here.',
  ),
  env: setting(
    envSetting,
    [],
    'Environment of every run, in addition to the allow-list: `[NAME]` passes a variable on, `{NAME: value}` sets one.',
  ),
  approve: setting(
    oneOf(['never', 'start', 'land']),
    'never',
    'Where an entry gets `[APPROVE]` and waits for the user.',
  ),
  dirty: setting(
    oneOf(['stop', 'warn']),
    'stop',
    'What uncommitted tracked files do before the first entry is picked: `stop` or `warn`. Agents never see them.',
  ),
  files: setting(
    oneOf(['warn', 'strict']),
    'warn',
    "What happens when a branch changes paths outside of its entry's `files`: `warn` names them to the reviewer, `strict` makes the run fail. An entry without `files` may change any path.",
  ),
  protect: setting(
    settingList('glob'),
    ['WORKFLOW.md', 'prompts/**', '.worktreeinclude'],
    'A branch that changes one of these waits for the user, unless `files` of the entry names the path.',
  ),
  roles: group(
    {
      task: group(roleKeys('task'), ROLE_TABLE.task.summary),
      reviewer: group(
        {
          ...roleKeys('reviewer'),
          rereview: setting(flag, false, 'What the tester changed goes back to REVIEW once.'),
        },
        ROLE_TABLE.reviewer.summary,
      ),
      tester: group(
        {
          ...roleKeys('tester'),
          fix: setting(name, 'task', 'Role whose agent fixes failed tests where the agent of the tester cannot.'),
        },
        ROLE_TABLE.tester.summary,
      ),
    },
    'The roles.',
  ),
  agents: setting(
    z.record(name, agent).meta({ expects: 'a map from names to agents' }),
    {},
    'Agents by name. `shell` is built in.',
  ),
  tests: setting(
    z.record(text, text).meta({ expects: 'a map from globs to commands' }),
    {},
    'Commands for the `shell` tester by globs of changed files: those that match are run, else `roles.tester.run`. `{changed_files}`: the matching files, each an argument of its own.',
  ),
  commits: group(
    {
      author: setting(
        text,
        '',
        'Author of moves and landings as `Name <email>`; empty: the user, as git knows them, with `(kanban)` behind the name.',
      ),
      landing: setting(text, '{id}: {title}', 'Subject of a landing. Placeholders: `{id}` `{title}`.'),
      move: setting(text, 'kanban: {id} {from} → {to}', 'Subject of a move. Placeholders: `{id}` `{from}` `{to}`.'),
    },
    'Commit messages.',
  ),
  merge_queue: group(
    {
      mode: setting(
        oneOf(['serial', 'batch']),
        'serial',
        '`serial`: one task at a time; `batch`: one check and one push for many: docs/queue.md.',
      ),
      max_batch: setting(whole(1), 16, 'Tasks in a batch at most.'),
      check: setting(text, '', 'Command that is run on the exact tree that will land; only what passes it lands.'),
      check_timeout: setting(duration('1s'), '30m', 'How long the check may take; after that it fails.'),
    },
    'How tested work lands.',
  ),
  hooks: group(
    {
      after_create: setting(
        text,
        '',
        'Command in a new worktree, e.g. `npm ci`. One runs at a time: the next worktree waits for it.',
      ),
      before_run: setting(text, '', 'Command in the worktree before each run.'),
      after_run: setting(text, '', 'Command in the worktree after each run.'),
      before_remove: setting(text, '', 'Command in the worktree before it is removed.'),
      timeout: setting(duration('1s'), '10m', 'How long a hook may take.'),
    },
    'Commands around runs.',
  ),
  plan: group(
    { max: setting(whole(0), 12, 'Entries that one run may add by `kanban add`; they are parked under `# Proposed`.') },
    'What agents propose.',
  ),
  notify,
  alerts,
  keep,
  preflight: setting(
    z.array(command).meta({ expects: 'a list of maps with `name` and `run`' }),
    [],
    'Commands of yours that must succeed before anything starts.',
  ),
});

/** The same, defaults filled in and values read; `Settings` adds the built-in agent. */
export type ReadSettings = z.output<typeof schema>;
