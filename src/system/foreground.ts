import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/**
 * Runs a command with the user's terminal: an editor, a shell, a pager. Ctrl-C is for that program.
 * @param command for `sh -c`; `$1`… are `args`
 * @returns its exit code; 128 + n if signal n ended it
 */
export async function runInForeground(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<NodeJS.ProcessEnv> },
): Promise<number> {
  const child = spawn('sh', ['-c', command, 'sh', ...args], { cwd, env: { ...env }, stdio: 'inherit' });
  const ignore = (): void => {};
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, ignore);
  }
}

/** Whether this process may read its terminal now: a job in the background would be stopped for it. */
export function isForeground(): boolean {
  const groups = linuxGroups() ?? psGroups();
  return groups !== null && groups.own === groups.foreground;
}

interface ProcessGroups {
  readonly own: string;
  /** Of the terminal; `-1`, `0`: there is none. */
  readonly foreground: string;
}

function linuxGroups(): ProcessGroups | null {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { own: fields[2] ?? '', foreground: fields[5] ?? '-' };
  } catch {
    return null;
  }
}

function psGroups(): ProcessGroups | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
  const [own = '', foreground = '-'] = (stdout ?? '').trim().split(/\s+/);
  return status === 0 ? { own, foreground } : null;
}
