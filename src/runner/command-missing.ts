import { tailOf } from './output.ts';
import type { ProgramEnd } from './supervise.ts';
import * as messages from './messages.ts';

/**
 * A command of WORKFLOW.md that ended with 127 (not found) or 126 (not executable) has judged nothing: then it counts as
 * one that could not be started. Not so a path in the worktree (`./test.sh`): there the branch itself may have removed it.
 * @param from bytes of output that were there before
 */
export function withoutMissing(command: string, end: ProgramEnd, output: string, from: number): ProgramEnd {
  const code = end.exit?.code;
  if (code !== 126 && code !== 127) return end;
  const [first = ''] = command.trim().split(/\s+/);
  if (first.startsWith('.') || (first.includes('/') && !first.startsWith('/'))) return end;
  const last = tailOf(output, from).split('\n').at(-1)?.trim() ?? '';
  return { exit: null, spawnError: messages.programMissing(code, last) };
}
