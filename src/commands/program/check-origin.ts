import { openRepository } from '../../git/open-repository.ts';
import type { RunOrigin } from '../../contract/request.ts';
import type { Problem } from '../../problem.ts';
import type { Io, ParsedArgs } from './command.ts';
import * as messages from '../messages.ts';

/** What a command may do when a run gives it. */
const OF_RUNS: Readonly<Record<string, 'refused' | 'own-entry' | 'proposes'>> = {
  run: 'refused',
  stop: 'refused',
  pause: 'refused',
  resume: 'refused',
  move: 'refused',
  edit: 'refused',
  tick: 'refused',
  comment: 'refused',
  rm: 'refused',
  prioritize: 'refused',
  retry: 'refused',
  rescope: 'refused',
  deprioritize: 'refused',
  abandon: 'refused',
  undo: 'refused',
  approve: 'refused',
  init: 'refused',
  export: 'refused',
  serve: 'refused',
  add: 'proposes',
  inject: 'own-entry',
};

/**
 * Commands that a run gives may read, propose entries, and leave a message for its own entry. A run is known by its mark in
 * the environment, also of a process above; in the worktree of a run that is at work every command counts as the run's.
 * @returns why the command is refused; null = it may continue.
 */
export async function refusedFromRun(name: string, { args, options }: ParsedArgs, io: Io): Promise<Problem | null> {
  const rule = name === 'doctor' && options['fix'] === true ? 'refused' : OF_RUNS[name];
  if (rule === undefined || (name === 'run' && options['dryRun'] === true)) return null;
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return null;
  const { root } = opened.value;
  const { runAtWorkIn, runOfProcess } = await import('../../runs/request-origin.ts');
  const origin = runOfProcess(process.pid, root, io.env);
  if (origin === null) {
    const here = runAtWorkIn(io.cwd, root);
    return here === null ? null : standsInWorktree(name, here, root);
  }
  if (rule === 'proposes' || (rule === 'own-entry' && args[0] === origin.taskId)) return null;
  return ofRun(name, origin);
}

const ofRun = (name: string, { run, taskId }: RunOrigin): Problem => ({
  code: 'not-for-runs',
  message: messages.refusedFromRun(name, run, taskId),
  fix: messages.FOR_THE_USER,
});

const standsInWorktree = (name: string, { run, taskId }: RunOrigin, root: string): Problem => ({
  code: 'not-for-runs',
  message: messages.refusedInWorktree(name, run),
  fix: messages.leaveWorktree(root, taskId),
});
