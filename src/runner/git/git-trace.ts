import { closeSync, constants, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';

/**
 * git itself writes down which commands an agent gives (git's trace2, one JSON object a line), so that a change of what
 * all worktrees share can be attributed: users change their config, stash and branches while runs are active.
 * The file exists from the moment that the agent starts; hooks are the user's own commands and are not traced.
 */
export const traceFile = ({ gitDir, runId }: Traced): string => join(gitDir, `kanban-git-${runId}.jsonl`);

type Traced = Pick<Brief, 'gitDir' | 'runId'>;

/** Environment for the agent; makes the file. */
export function traced(brief: Brief): Record<string, string> {
  const file = traceFile(brief);
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  } catch {
    // It is there already, or its folder is gone: then nothing is attributed.
  }
  return { GIT_TRACE2_EVENT: file, GIT_TRACE2_EVENT_BRIEF: '1', GIT_TRACE2: '0', GIT_TRACE2_PERF: '0' };
}

/** Bytes of a trace that are read: tests of git tools give thousands of commands. */
const MAX_TRACE = 32 * 1024 * 1024;

/**
 * The arguments of every git command that the agent gave, without repetitions; empty where there is no trace. The agent
 * can write what it likes there: a plain file only, and nothing in it is more than a hint at who made a change.
 */
export function tracedCommands(brief: Traced): string[][] {
  const lines = new Set(readBounded(traceFile(brief)).split('\n'));
  const commands = new Map<string, string[]>();
  for (const line of lines) {
    if (!line.includes('"start"')) continue;
    const argv = argvIn(line);
    if (argv !== null) commands.set(argv.join('\0'), argv);
  }
  return [...commands.values()];
}

function argvIn(line: string): string[] | null {
  try {
    const { event, argv } = JSON.parse(line) as { event?: unknown; argv?: unknown };
    return event === 'start' && Array.isArray(argv) ? argv.map(String) : null;
  } catch {
    return null;
  }
}

function readBounded(path: string): string {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return '';
      const bytes = Buffer.alloc(Math.min(stat.size, MAX_TRACE));
      const size = readSync(fd, bytes, 0, bytes.length, 0);
      return bytes.toString('utf8', 0, size);
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
