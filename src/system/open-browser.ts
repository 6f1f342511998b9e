import { spawn } from 'node:child_process';

/** Programs that show an address in the user's browser. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

/** What became of it: `missing` is the program that is not installed; a code is the exit code of one that failed. */
export type Opened =
  | { readonly kind: 'opened' }
  | { readonly kind: 'missing'; readonly program: string }
  | { readonly kind: 'failed'; readonly program: string; readonly code: number | null };

/** Shows an address in the user's browser. The browser outlives this process. */
export async function openBrowser(address: string, env: Readonly<NodeJS.ProcessEnv>): Promise<Opened> {
  const program = OPENERS[process.platform] ?? 'xdg-open';
  const child = spawn(program, [address], { env: { ...env }, detached: true, stdio: 'ignore' });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve({ kind: 'missing', program }));
    child.once('exit', (code) => resolve(code === 0 ? { kind: 'opened' } : { kind: 'failed', program, code }));
  });
}
