import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { LEVEL_WORDS, levelOf } from '../preflight/finding.ts';
import { type Problem, type Result } from '../problem.ts';
import type { Column } from '../board/entry.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { drawAll, printJson, printProblems } from './program/print.ts';
import { checkBoard, checkText } from './read/check-board.ts';
import { columnNamed } from '../board/entry.ts';
import type { Checked } from '../surfaces/adding/known-board.ts';
import * as messages from './messages.ts';

/** `kanban check [file]`: every problem of the board, or of one text; exit code 3 if one of them holds an entry. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [file] = args;
  const as = options['column'];
  if (file === undefined && as !== undefined)
    return printProblems(io, [
      { code: 'check-usage', message: messages.COLUMN_NEEDS_FILE, fix: 'kanban check --help' },
    ]);
  const checked =
    file === undefined
      ? await checkBoard(io.cwd)
      : await checkFile(file, typeof as === 'string' ? columnNamed(as) : null, io);
  if (!checked.ok) return printProblems(io, checked.error);
  const { problems, entries, parked } = checked.value;
  const blocking = problems.filter(({ warning }) => warning !== true);
  if (options['json'] === true) {
    printJson(io, { ok: blocking.length === 0, entries, problems: problems.map(asJson) });
  } else {
    io.stdout.write(drawAll(problems, (problem) => `${LEVEL_WORDS[levelOf(problem)]}  `));
    io.stdout.write(
      `${messages.checkResult({ entries, parked }, blocking.length, problems.length - blocking.length)}\n`,
    );
  }
  return blocking.length === 0 ? EXIT.done : EXIT.preflightFailed;
}

/** In JSON the words are those of the first version. */
const jsonLevel = ({ warning }: { readonly warning?: true | undefined }): 'warning' | 'problem' =>
  warning === true ? 'warning' : 'problem';

const asJson = ({ code, message, warning, where, also = [], fix, holds = [] }: Problem): unknown => ({
  code,
  level: jsonLevel({ warning }),
  message,
  where: where ?? null,
  also,
  fix: fix ?? null,
  holds,
});

async function checkFile(file: string, column: Column | null, io: Io): Promise<Result<Checked>> {
  const isStdin = file === '-';
  let bytes: Buffer;
  try {
    bytes = isStdin ? await buffer(process.stdin) : readFileSync(resolve(io.cwd, file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, error: [{ code: 'file-unreadable', message: messages.fileUnreadable(file, code, message) }] };
  }
  const shown = isStdin ? '<stdin>' : file;
  return checkText(io.cwd, { bytes, shown, column });
}
