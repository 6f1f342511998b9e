import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Snapshot } from '../../contract/snapshot.ts';
import { readFrom } from '../../system/plain-file.ts';
import type { Problem } from '../../problem.ts';
import { plain, plainLines } from '../../report/plain.ts';
import { onBase, queueOf, took } from '../../report/queue/words.ts';
import type { Io } from '../program/command.ts';
import { EXIT, type ExitCode } from '../program/exit-codes.ts';
import { printProblems } from '../program/print.ts';
import * as messages from '../messages.ts';

/**
 * Prints what the active check has printed so far, else what the newest one has: on a terminal as lines that can't move
 * the cursor, below a line that says what it is; elsewhere byte by byte.
 * @param root of the main worktree, absolute
 */
export async function printCheckLog(root: string, snapshot: Snapshot, io: Io): Promise<ExitCode> {
  const found = checkOf(snapshot);
  if (found === null) return printProblems(io, [NONE]);
  const path = resolve(root, found.log);
  if (!existsSync(path) && !found.isOn) return printProblems(io, [gone(found.log)]);
  if (io.isTTY) io.stdout.write(`${found.title}\n`);
  if (!existsSync(path)) return EXIT.done;
  await (io.isTTY ? writeLines : writeBytes)(path, io);
  return EXIT.done;
}

interface Found {
  readonly title: string;
  readonly log: string;
  readonly isOn: boolean;
}

function checkOf(snapshot: Snapshot): Found | null {
  const { running, recent } = queueOf(snapshot);
  const base = snapshot.base.name;
  if (running !== null) {
    const title = `${plain(running.log)}: ${onBase(running.entries, base)}, is on`;
    return { title, log: running.log, isOn: true };
  }
  const [last] = recent;
  if (last === undefined) return null;
  const detail = last.detail === '' ? '' : `: ${plain(last.detail)}`;
  const title = `${plain(last.log)}: ${onBase(last.entries, base)}, ${last.outcome} after ${took(last.seconds)}${detail}`;
  return { title, log: last.log, isOn: false };
}

const NONE: Problem = {
  code: 'no-check',
  message: messages.NO_CHECK,
  fix: messages.SET_CHECK,
};

const gone = (log: string): Problem => ({
  code: 'no-check-log',
  message: messages.noCheckLog(plain(log)),
  fix: messages.CHECK_RESULTS,
});

async function writeBytes(path: string, io: Io): Promise<void> {
  for (const chunk of chunksOf(path)) await write(io, chunk);
}

async function writeLines(path: string, io: Io): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for (const chunk of chunksOf(path)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    // One line without an end must not fill the memory.
    if (rest.length > LONGEST) {
      lines.push(rest);
      rest = '';
    }
    if (lines.length > 0) await write(io, `${shown(lines)}\n`);
  }
  if (rest !== '') await write(io, `${shown([rest])}\n`);
}

const LONGEST = 1_000_000;
const CHUNK = 256 * 1024;

function* chunksOf(path: string): Generator<Buffer> {
  for (let offset = 0; ;) {
    const bytes = readFrom(path, offset, CHUNK);
    if (bytes.length === 0) return;
    yield bytes;
    offset += bytes.length;
  }
}

/** What a line overwrote of itself (a progress bar) stays away, as on the terminal that it was made for. */
const shown = (lines: readonly string[]): string =>
  lines.map((line) => plainLines(line.replace(/\r$/, '').split('\r').at(-1) ?? '').join('')).join('\n');

/** Waits for a reader that is slower than the file. */
async function write({ stdout }: Io, text: string | Buffer): Promise<void> {
  if (!stdout.write(text)) await new Promise<void>((done) => stdout.once('drain', () => done()));
}
