import { text as readAll } from 'node:stream/consumers';
import { globs } from '../board/parse/fields.ts';
import { adapterOf } from '../agents/adapter-of.ts';
import { inspectEntry } from '../coordinator/inspect/inspect-entry.ts';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { entryText } from '../report/entry-text.ts';
import { readSettings } from '../surfaces/with-board.ts';
import type { Settings } from '../workflow/settings.ts';
import { printReply, send, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';
import { knownIds, newEntryProblems } from '../surfaces/adding/field-problems.ts';
import { knownBoard, type KnownBoard } from '../surfaces/adding/known-board.ts';
import * as messages from './messages.ts';

/** Options that the board and the settings must know. */
const CHECKED = ['depends', 'agent', 'model', 'priority', 'approve'] as const;

/** `kanban add <title>`: an entry at the end of TODO, or on top of it. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const text = await textOfEntry(args.join(' '), options, io);
  if (!text.ok) return printReply(io, options, { taskId: null }, text);
  const position = options['top'] === true ? ({ position: 'top' } as const) : {};
  const reply = await send(io, { command: 'add', taskId: null, text: text.value, ...position });
  // A run only proposes entries: they wait for the user anyway.
  const id = reply.ok && reply.value.ok && io.env['KANBAN_RUN_ID'] === undefined ? reply.value.id : undefined;
  const findings = id === undefined ? [] : await inspectEntry(io.cwd, id);
  return printReply(io, options, { taskId: null, findings }, reply);
}

/** Its markdown. Problems: all that are wrong with title, fields and body. */
async function textOfEntry(title: string, options: ParsedArgs['options'], io: Io): Promise<Result<string>> {
  const board = CHECKED.some((name) => options[name] !== undefined) ? await openBoard(io.cwd) : ok(null);
  if (!board.ok) return board;
  const settings = board.value === null ? await readSettings(io.cwd) : ok(board.value.settings);
  if (!settings.ok) return settings;
  const depends = textOf(options['depends']);
  const model = textOf(options['model']);
  const entry = entryText({
    ids: settings.value.ids,
    title,
    depends: board.value === null ? depends : knownIds(board.value, depends),
    files: globs(textOf(options['files'])),
    priority: textOf(options['priority']),
    agent: textOf(options['agent']),
    model,
    approve: textOf(options['approve']),
    isPaused: options['paused'] === true,
    body: options['body'] === '-' ? await readAll(process.stdin) : textOf(options['body']),
  });
  if (!entry.ok) return entry;
  const problems = [
    ...(board.value === null ? [] : newEntryProblems(board.value, entry.value).map(({ problem }) => problem)),
    ...(model === '' ? [] : modelProblems(settings.value, textOf(options['agent']))),
  ];
  return problems.length > 0 ? failed(problems) : entry;
}

async function openBoard(cwd: string): Promise<Result<KnownBoard>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  try {
    const board = await knownBoard(opened.value);
    return board.broken.length > 0 ? failed(board.broken) : ok(board);
  } finally {
    closeRepository(opened.value);
  }
}

/** A script has no model. @param agent '' = the agent of the task role */
function modelProblems(settings: Settings, agent: string): Problem[] {
  const name = agent === '' ? settings.roles.task.agent : agent;
  if (adapterOf(settings, name)?.name !== 'shell') return [];
  return [{ code: 'agent-without-model', message: messages.agentWithoutModel(name), fix: messages.NAME_AGENT }];
}
