import type { CommandSpec } from '../program/command.ts';
import { answerKeys, id, json, maybeId, PRIORITIES, why } from './shared.ts';

const GROUP = 'Work';

/** Commands that work the board. */
export const WORK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    group: GROUP,
    summary: 'Work the board: start agents, review, test and land until stopped',
    args: [{ name: 'id', form: 'any-number', summary: 'only these: no other entry is started or landed' }],
    options: [
      { flags: '--until-done', short: 'u', summary: 'end when nothing is left to do without you' },
      {
        flags: '--max-wait <duration>',
        summary: 'with --until-done: the longest wait for providers and backoff',
        kind: 'duration',
        needs: '--until-done',
      },
      {
        flags: '--dry-run',
        short: 'n',
        conflicts: ['--until-done', '--max-wait'],
        summary: 'print what the first tick would do, and each command line; start nothing',
      },
      {
        flags: '--allow-dirty',
        summary: 'start although tracked files have uncommitted changes: agents will not see them',
      },
      {
        flags: '--progress <duration>',
        summary: 'print one line on how the work goes so often: 30s, 5m (at least 1s)',
        kind: 'duration',
        least: 1_000,
        conflicts: ['--dry-run'],
      },
      { flags: '--json', short: 'j', summary: 'print every event as a line of JSON' },
    ],
    examples: [
      ['kanban run', 'work the board and show it live; Ctrl-C ends it softly, twice at once'],
      ['kanban run --until-done', 'for scripts and CI: exit code 0, or 4 if entries need you'],
      ['kanban run T-12 T-13', 'only these two'],
      ['kanban run --dry-run', 'see first what would be started'],
    ],
    json: [
      ['at', 'when, in milliseconds since 1970'],
      ['type', 'what happened: `entry-moved`, `run-started`, `run-ended`, `entry-landed`, `person-needed`, …'],
      ['id', 'the task id, where the event is about one'],
      ['…', 'further keys by type, as in `src/contract/event.ts`'],
    ],
    outlivesReader: true,
    load: () => import('../run.ts'),
  },
  {
    name: 'add',
    group: GROUP,
    summary: 'Add an entry to the end of TODO; refused if it depends on an id, or names an agent, that is not known',
    args: [{ name: 'title', form: 'words', summary: 'what is to be done, in one line' }],
    options: [
      {
        flags: '--depends <ids>',
        short: 'd',
        summary: 'ids that must land first, separated by commas',
        completes: 'ids',
      },
      {
        flags: '--files <globs>',
        short: 'f',
        summary: 'files that it may change, separated by commas',
        completes: 'files',
      },
      { flags: '--priority <priority>', short: 'p', summary: 'P0 (first) to P4', completes: PRIORITIES },
      {
        flags: '--agent <name>',
        short: 'a',
        completes: 'agents',
        summary: 'the agent of its task role: one of WORKFLOW.md, or an installed agent CLI',
      },
      { flags: '--model <model>', summary: 'the model of that agent' },
      {
        flags: '--approve <when>',
        summary: 'it waits for kanban approve: start (before the first run), land, or never',
        choices: ['start', 'land', 'never'],
      },
      { flags: '--paused', summary: 'with [PAUSED]: it waits for kanban resume' },
      { flags: '--top', summary: 'on top of TODO, not at its end' },
      { flags: '--body <text>', short: 'b', summary: 'the text below the title; - reads it from stdin' },
      json,
    ],
    json: [
      ...answerKeys,
      ['findings', 'what the next run would stop at, or what holds the entry, as in kanban preflight; may be absent'],
    ],
    examples: [
      [
        'kanban add "Login crashes on an empty password"',
        'it gets the next free id; quotes keep the shell from reading its signs',
      ],
      ['kanban add "Drop lodash" --depends T-10,T-11 --priority P1', 'not before T-10 and T-11 have landed'],
      [
        'kanban add "Port the tests" --agent codex --approve land --top',
        'next, by codex; it waits for you before it lands',
      ],
      ['cat issue.md | kanban add "Rate-limit the login" --body -', 'with its text from a file'],
    ],
    load: () => import('../add.ts'),
  },
  {
    name: 'stop',
    group: GROUP,
    summary: 'Stop kanban run, or one entry, when its runs have ended; with --now at once',
    args: [maybeId],
    options: [{ flags: '--now', summary: 'end runs at once; their work is kept and no attempt is counted' }, why, json],
    json: answerKeys,
    examples: [
      ['kanban stop', 'start nothing new, let runs finish'],
      ['kanban stop --now', 'end all runs now'],
      ['kanban stop T-12', 'pause T-12; its run may finish, and the result waits'],
      ['kanban stop T-12 --now', 'end the run of T-12 now and pause it'],
    ],
    load: () => import('../stop.ts'),
  },
  {
    name: 'pause',
    group: GROUP,
    summary: 'Stop an entry, or everything, until kanban resume; agent sessions are kept',
    args: [maybeId],
    options: [why, json],
    json: answerKeys,
    examples: [
      ['kanban pause T-12', 'its run ends, its work and session are kept; it gets [PAUSED]'],
      ['kanban pause', 'all runs end, nothing starts, moves or lands; it outlives the coordinator'],
    ],
    load: () => import('../pause.ts'),
  },
  {
    name: 'resume',
    group: GROUP,
    summary: 'Continue what was paused; agents resume their sessions where they can',
    args: [maybeId],
    options: [json],
    json: answerKeys,
    examples: [
      ['kanban resume T-12', 'or delete [PAUSED] in its heading'],
      ['kanban resume', 'after kanban pause, or to try an agent again that is held (a limit of its provider)'],
    ],
    load: () => import('../resume.ts'),
  },
  {
    name: 'inject',
    group: GROUP,
    summary: 'Send a message to the agent of an entry: at once where its CLI allows, else with its next run',
    args: [id, { name: 'message', form: 'any-number', summary: 'the message' }],
    options: [
      {
        flags: '--priority <priority>',
        short: 'p',
        summary: 'high, normal or low: the order of delivery',
        choices: ['high', 'normal', 'low'],
      },
      json,
    ],
    json: [...answerKeys, ['delivered', 'whether the agent has it already'], ['run', 'the active run; null']],
    examples: [
      ['kanban inject T-12 "the API is frozen: change only the form"', 'says how it reaches the agent'],
      ['kanban inject T-12 "stop and report" --priority high', 'before other messages that wait'],
    ],
    load: () => import('../inject.ts'),
  },
];
