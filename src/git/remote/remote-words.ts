import { cutText, plainLine } from '../../plain-text.ts';
import * as messages from './messages.ts';

/** Why a remote could not be talked to; `message` is a sentence for the user, without the fix. */
export interface RemoteError {
  readonly kind: 'unreachable' | 'login' | 'no-remote' | 'not-a-repository' | 'shallow';
  readonly message: string;
}

/**
 * What git and ssh say when a talk fails before anything was sent, read under LC_ALL=C; git has one exit code for all
 * of it.
 * @param remote its name. @param place says whether a path on this disk is there, null for other addresses.
 */
export function remoteErrorOf(remote: string, stderr: string, place: boolean | null): RemoteError {
  const answer = saidByGit(stderr);
  if (LOGIN.test(stderr)) return { kind: 'login', message: messages.loginRefused(remote, answer) };
  if (place !== false && NO_REPOSITORY.test(stderr))
    return { kind: 'not-a-repository', message: messages.notARepository(remote, answer) };
  return { kind: 'unreachable', message: messages.unreachable(remote, answer) };
}

const LOGIN =
  /Permission denied|Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Host key verification failed|Access denied|returned error: (?:401|403|407)|Too many authentication failures|[Pp]ermission to .* denied|dubious ownership/;
const NO_REPOSITORY =
  /does not appear to be a git repository|[Rr]epository (?:'.*' )?not found|could not be found or you don't have permission|not a git repository/;

/** Nothing was sent: the talk ended while the connection was made, or when the remote said what it has. */
export function isBeforeSending(stderr: string): boolean {
  return /Could not resolve|Connection refused|Connection timed out|Network is unreachable|No route to host|unable to access '|Could not read from remote repository|unable to connect|Couldn't connect|could not read (?:Username|Password)|terminal prompts disabled|Authentication failed|Host key verification failed/i.test(
    stderr,
  );
}

/** The server's own `remote:` lines on one line, at most `MOST` characters. */
export function saidByServer(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .flatMap((line) => /^remote: ?(.*)$/.exec(line)?.[1] ?? [])
    .map((line) => tidy(line))
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  return cutText(lines.join(' '), MAX_MESSAGE_CHARS);
}

/** git's own reason on one line: the first two lines that say something, without addresses' passwords. */
export function saidByGit(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => tidy(line.replace(/^(?:fatal|error|remote|ERROR|warning): /g, '').replace(/^(?:ERROR|error): /, '')))
    .filter((line) => line !== '' && !BOILERPLATE.test(line));
  return cutText(lines.slice(0, 2).join('; '), MAX_MESSAGE_CHARS) || messages.NO_REASON;
}

const BOILERPLATE =
  /^(?:hint:|From |To |Could not read from remote repository|Please make sure you have|and the repository exists|failed to push some refs|\* |! )/;

const MAX_MESSAGE_CHARS = 400;

/** Control characters and terminal sequences out, `https://name:secret@host` without its secret. */
const tidy = (line: string): string => plainLine(line).replace(/(\w+:\/\/)[^/\s@]+@/g, '$1');
