import type { CommandSpec } from '../program/command.ts';
import { id, json, limit, maybeId, since } from './shared.ts';

const GROUP = 'Look';

/** Commands that show one entry, or what happened. */
export const INSPECT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'show',
    group: GROUP,
    summary: 'Show one entry: its text, its column and state, the reason, its runs, the next commands',
    args: [id],
    options: [json],
    examples: [
      ['kanban show T-12', 'all that is known of it; landed ones too'],
      ['kanban show T-12 --json', 'for programs'],
    ],
    json: [
      ['id', 'task id'],
      ['title', 'its title'],
      ['place', '`TODO`, `IN_PROGRESS`, `REVIEW`, `TESTING`, `CHANGELOG` (landed) or `ABANDONED`'],
      ['entry', 'as in `kanban status --json`; null when it is not on the board'],
      ['text', 'its markdown; null when it is not known any more'],
      [
        'runs',
        'oldest first: `id`, `role`, `purpose`, `agent`, `startedAt`, `endedAt`, `cause`, `detail`, `verdict` (such as `done`, or `done, not accepted`; null: not recorded), `usage`, `files`, `outcome`',
      ],
      [
        'runs[].files',
        'what its own commits changed, without merges of base: `list` (`path`, `from`, `added`, `removed`; at most 200), `more` files, and `added` and `removed` lines of all; null: it is on, or its commits are not known here',
      ],
      ['output', 'of the newest run: `run` and its last `lines`; null if there is none'],
      ['branch', 'null, or `name`, `tip`, `worktree` and `commits` over base (`sha`, `subject`), newest first'],
      ['history', 'as `kanban log <id> --json`'],
      ['estimate', 'its field `estimate`, as written; null'],
      ['seconds', 'from its first start until it left the board, or until now; null: it has not been started'],
      ['ways', 'what you can do, as commands to copy'],
    ],
    load: () => import('../show.ts'),
  },
  {
    name: 'diff',
    group: GROUP,
    summary: "Show an entry's work against its base, committed or not; of a landed entry what it landed",
    args: [id],
    options: [{ flags: '--stat', summary: 'only how many lines of each file change' }, json],
    examples: [
      ['kanban diff T-12', 'commits of its branch and what is uncommitted in its worktree'],
      ['kanban diff T-12 --stat', 'the files'],
      ['kanban diff T-12 | git apply', 'the same change in your own checkout'],
    ],
    json: [
      ['id', 'task id'],
      ['kind', '`branch`, `landed`, `abandoned`, or `none` (there is no work)'],
      ['base', 'the name of base'],
      ['from', 'the commit that it is compared with; null for a landing (its first parent) and where there is no work'],
      ['to', 'the tip of its branch, or the landing; null'],
      ['branch', 'the name of its branch; null'],
      ['worktree', 'the folder that has the branch checked out; null'],
      ['commits', 'of its branch over base, newest first: `sha`, `subject`'],
      [
        'files',
        'each with `path`, `from` (its former path, or null), `added` and `removed` (lines; null: binary) and `uncommitted`',
      ],
      ['patch', 'the whole as unified diff; null with --stat'],
    ],
    load: () => import('../diff.ts'),
  },
  {
    name: 'open',
    group: GROUP,
    summary: "Open a shell in an entry's worktree, or your editor on it",
    args: [id],
    options: [
      {
        flags: '--editor',
        short: 'e',
        summary: 'start $VISUAL or $EDITOR on the worktree instead',
        conflicts: ['--print'],
      },
      { flags: '--print', short: 'p', summary: 'only print its path' },
    ],
    examples: [
      ['kanban open T-12', 'look around, fix, commit; exit leaves the shell'],
      ['kanban open T-12 --editor', 'for editors that open a folder'],
      ['cd "$(kanban open T-12 --print)"', 'in the shell that you have'],
    ],
    load: () => import('../open.ts'),
  },
  {
    name: 'log',
    group: GROUP,
    summary: 'Show what moved, when and by whom, from git history; with an id, one entry with its reports',
    args: [maybeId],
    options: [{ flags: '--landed', summary: 'only what has landed, and was not undone' }, limit, since, json],
    examples: [
      ['kanban log --landed --since 1d', 'what has landed in the last day'],
      ['kanban log --since 1d', 'the last day'],
      ['kanban log T-12', 'the life of T-12'],
      ['kanban log --json --limit 100', 'for programs'],
    ],
    json: [
      ['commit', 'the commit on base'],
      ['at', 'when, in milliseconds since 1970'],
      ['by', 'the author of the commit; `Ada (kanban)` for what kanban did by itself'],
      ['id', 'task id'],
      ['from', 'column; null when the entry stayed where it was'],
      ['to', 'column, `CHANGELOG` or `ABANDONED`; null as above'],
      ['run', 'the run whose result was recorded; null'],
      ['verdict', 'such as `reviewer changes-requested`; null'],
      [
        'outcome',
        'whether the result was accepted, whatever the run reported: such as `work passed`, `fix failed`; null',
      ],
      ['agent', 'such as `reviewer=codex`; null'],
      ['asked', 'who asked for it by a command; null'],
      ['escalated', 'why the user is needed; null'],
      ['undone', 'the landing that it took back, also by `git revert`; null'],
      ['deleted', 'the column that you deleted the entry from by hand; null'],
      ['usage', 'each with `run` (`total`: all runs of a landed entry), `input`, `output`, `cached`, `costUsd`'],
      ['subject', "the commit's subject"],
      ['title', 'with `--landed`: the title of the entry; null'],
      ['report', 'the report in the commit, with an id only; null'],
    ],
    load: () => import('../log.ts'),
  },
];
