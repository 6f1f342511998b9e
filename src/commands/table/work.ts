import type { CommandSpec } from '../program/command.ts';
import { answerKeys, id, json, maybeId, why } from './shared.ts';

const GROUP = 'Work';

/** Commands that work the board. */
export const WORK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    group: GROUP,
    summary: 'Work the board: start agents, review, test and land until stopped',
    args: [{ name: 'id', form: 'any-number', summary: 'only these: no other entry is started or landed' }],
    options: [
      { flags: '--until-done', summary: 'end when nothing is left to do without you' },
      {
        flags: '--max-wait <duration>',
        summary: 'with --until-done: the longest wait for providers and backoff',
        kind: 'duration',
        needs: '--until-done',
      },
      {
        flags: '--dry-run',
        conflicts: ['--until-done', '--max-wait'],
        summary: 'print what the first tick would do, and each command line; start nothing',
      },
      { flags: '--json', summary: 'print every event as a line of JSON' },
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
    summary: 'Add an entry to the end of TODO',
    args: [{ name: 'title', form: 'required', summary: 'what is to be done, in one line' }],
    options: [
      { flags: '--depends <ids>', summary: 'ids that must land first, separated by commas' },
      { flags: '--files <globs>', summary: 'files that it may change, separated by commas' },
      { flags: '--priority <priority>', summary: 'P0 (first) to P4' },
      { flags: '--body <text>', summary: 'the text below the title; - reads it from stdin' },
      json,
    ],
    json: answerKeys,
    examples: [
      ['kanban add "Login crashes on an empty password"', 'it gets the next free id'],
      ['kanban add "Drop lodash" --depends T-10,T-11 --priority P1', 'not before T-10 and T-11 have landed'],
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
        summary: 'high, normal or low: the order of delivery',
        choices: ['high', 'normal', 'low'],
      },
    ],
    examples: [
      ['kanban inject T-12 "the API is frozen: change only the form"', 'says how it reaches the agent'],
      ['kanban inject T-12 "stop and report" --priority high', 'before other messages that wait'],
    ],
    load: () => import('../inject.ts'),
  },
];
