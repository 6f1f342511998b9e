import { plainLine, plainText } from '../../plain-text.ts';
import { git, type Repository } from '../git.ts';

export interface Trailer {
  readonly key: string;
  readonly value: string;
}

/** A commit as the history shows it. */
export interface HistoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** Committer's time, milliseconds since the epoch. */
  readonly at: number;
  readonly subject: string;
  readonly trailers: readonly Trailer[];
}

const BODY_LINES = 40;
const SUBJECT_LENGTH = 200;

/**
 * A commit message. The body is somebody's report: cut to 40 lines; indented, so that no line of it can be taken for a
 * trailer or, by `git commit --amend`, for a comment; control characters out; and nobody is mentioned and no issue
 * closed by what an agent happened to write.
 */
export function formatMessage(message: {
  readonly subject: string;
  readonly body?: string;
  readonly trailers: readonly Trailer[];
}): string {
  const parts = [oneLine(message.subject).slice(0, SUBJECT_LENGTH) || '(no subject)'];
  const body = bodyLines(message.body ?? '');
  if (body.length > 0) parts.push(body.join('\n'));
  const trailers = message.trailers.map(({ key, value }) => `${key}: ${oneLine(value)}`.trimEnd());
  if (trailers.length > 0) parts.push(trailers.join('\n'));
  return `${parts.join('\n\n')}\n`;
}

export interface HistoryRange {
  /** The newest commits only. */
  readonly limit?: number;
  /** All commits that `to` contains, instead of its first-parent line. */
  readonly allParents?: boolean;
}

/**
 * Base's history along first parents, newest first, with trailers as git's own parser reads them. One process.
 * @param from exclusive, with all that they contain; null = from the beginning. @param to SHA or full ref.
 */
export async function readHistory(
  repo: Repository,
  from: string | readonly string[] | null,
  to: string,
  { limit, allParents = false }: HistoryRange = {},
): Promise<HistoryCommit[]> {
  const args = [
    'log',
    ...(allParents ? [] : ['--first-parent']),
    '-z',
    '--no-color',
    '--no-show-signature',
    '--no-mailmap',
    `--format=${FORMAT}`,
  ];
  if (limit !== undefined) args.push(`--max-count=${limit}`);
  const without = from === null ? [] : typeof from === 'string' ? [from] : from;
  args.push(to, ...without.map((one) => `^${one}`), '--');
  const { stdout } = await git(args, { cwd: repo.root, encoding: 'buffer' });
  const commits: HistoryCommit[] = [];
  let fields: string[] = [];
  // Field by field: a part of one large string would keep all of it in memory, for as long as one id of it is remembered.
  for (let at = 0; at <= stdout.length;) {
    const nul = stdout.indexOf(0, at);
    const end = nul < 0 ? stdout.length : nul;
    fields.push(stdout.toString('utf8', at, end));
    at = end + 1;
    if (fields.length < FIELDS.length) continue;
    commits.push(read(fields));
    fields = [];
  }
  return commits;
}

// A commit message can't hold NUL, so NUL parts the fields; `-z` puts one more between commits.
const FIELDS = ['%H', '%P', '%an', '%ae', '%cn', '%ce', '%ct', '%s', '%(trailers:only,unfold)'];
const FORMAT = FIELDS.join('%x00');

function read(fields: readonly string[]): HistoryCommit {
  const [sha = '', parents = '', an = '', ae = '', cn = '', ce = '', at = '0', subject = '', trailers = ''] = fields;
  return {
    sha,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae },
    committer: { name: cn, email: ce },
    at: Number(at) * 1000,
    subject,
    trailers: trailers.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [{ key: line.slice(0, colon), value: line.slice(colon + 1).trim() }] : [];
    }),
  };
}

const cutMark = (lines: number): string => `[${lines} more lines]`;

/** Whether the body of a commit of ours, as it was read from history, is only the beginning of a report. */
export const isCut = (body: string): boolean => /\n\[\d+ more lines\]$/.test(body);

function bodyLines(body: string): string[] {
  const lines = tame(body)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd());
  while (lines.length > 0 && lines[0] === '') lines.shift();
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  const cut = lines.length > BODY_LINES;
  const kept = cut ? [...lines.slice(0, BODY_LINES - 1), cutMark(lines.length - BODY_LINES + 1)] : lines;
  return kept.map((line) => (line === '' ? '' : `    ${line}`));
}

const MENTION = /(^|[^\w`/.@])@(?=[A-Za-z0-9])/gm;
/** What GitHub and GitLab close: a keyword, then `#45`, `!45`, `owner/repo#45`, `GH-45` or an address. */
const CLOSES =
  /\b((?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?\s+(?:issues?\s+)?)(?=(?:[\w.-]+\/[\w./-]+)?[#!]\d|GH-\d|https?:\/\/)/gi;

const tame = (text: string): string =>
  plainText(text)
    .replace(CLOSES, (_, words: string) => `${words.trimEnd()} - `)
    .replace(MENTION, '$1@ ');

const oneLine = plainLine;
