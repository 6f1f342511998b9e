import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { closeRepository } from '../git/close.ts';
import { useSpawner } from '../git/git.ts';
import { openRepository } from '../git/open-repository.ts';
import { ok, type Problem, type Result } from '../problem.ts';
import { plain } from '../report/plain.ts';
import { describeThrown } from '../report/thrown.ts';
import { openBrowser } from '../system/open-browser.ts';
import { packageRoot } from '../system/package-root.ts';
import * as messages from '../web/messages.ts';
import { serveBoard, type Serving } from '../web/serve.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { printProblems } from './program/print.ts';
import { VERSION } from '../version.ts';

/** `kanban serve`: the board for browsers of this machine, until Ctrl-C. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const port = typeof options['port'] === 'number' ? options['port'] : 0;
  const allowedHosts = (options['allowHost'] as readonly string[] | undefined) ?? [];
  const wrong = [...wrongHost(options['host'], port), ...allowedHosts.flatMap(wrongName)];
  if (wrong.length > 0) return printProblems(io, wrong);
  const ending = untilSignal();
  // To start git from a process of this size costs the most of a look.
  useSpawner(join(packageRoot(), 'dist', 'git-spawner.cjs'));
  const served = await serve(io, { port, allowedHosts, readOnly: options['readOnly'] === true });
  if (!served.ok) {
    useSpawner(null);
    return printProblems(io, served.error);
  }
  const { name, serving } = served.value;
  const notes = [...(options['readOnly'] === true ? [messages.READ_ONLY_NOTE] : []), messages.END_NOTE];
  io.stdout.write(`${messages.served(name, serving.address)}\n${notes.join('\n')}\n`);
  if (options['open'] === true) void showInBrowser(serving.ticketAddress(), io);
  await ending;
  await serving.close();
  useSpawner(null);
  return EXIT.done;
}

/** Serves the board of the repository that this process is in. */
export async function serve(
  io: Io,
  how: { readonly port: number; readonly allowedHosts: readonly string[]; readonly readOnly: boolean },
): Promise<Result<{ readonly name: string; readonly serving: Serving }>> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return opened;
  const { root } = opened.value;
  closeRepository(opened.value);
  const name = plain(basename(root));
  const serving = await serveBoard({
    ...how,
    ...{ name, version: VERSION, cwd: io.cwd, env: io.env },
    page: join(packageRoot(), 'dist', 'web'),
    renderer: join(packageRoot(), 'dist', 'markdown.cjs'),
    onBug: (error) => io.stderr.write(`${messages.failedAt(bugText(error))}\n`),
  });
  return serving.ok ? ok({ name, serving: serving.value }) : serving;
}

const bugText = (error: unknown): string =>
  describeThrown(error, {
    version: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    command: 'serve',
  }).text;

/** The server is there in any case. */
export async function showInBrowser(address: string, io: Io): Promise<void> {
  const opened = await openBrowser(address, io.env);
  if (opened.kind === 'missing') io.stderr.write(`${messages.noBrowserOpener(opened.program)}\n`);
  if (opened.kind === 'failed') io.stderr.write(`${messages.browserFailed(opened.program, opened.code)}\n`);
}

const LOOPBACK: ReadonlySet<unknown> = new Set([undefined, '127.0.0.1', 'localhost']);
/** For the example, where the system is to choose the port. */
const EXAMPLE_PORT = 4300;

const wrongHost = (host: unknown, port: number): readonly Problem[] =>
  LOOPBACK.has(host) ? [] : [onlyLoopback(String(host), port === 0 ? EXAMPLE_PORT : port)];

const onlyLoopback = (host: string, port: number): Problem => ({
  code: 'loopback-only',
  message: messages.onlyLoopback(plain(host)),
  fix: messages.useSsh(port, hostname()),
});

/** A name, with or without a port, as browsers send it. */
const wrongName = (host: string): readonly Problem[] =>
  /^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host)
    ? []
    : [{ code: 'bad-host', message: messages.badAllowedHost(plain(host)) }];

/** Until the user ends this program. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
