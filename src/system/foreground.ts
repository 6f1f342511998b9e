import { spawn } from 'node:child_process';
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
