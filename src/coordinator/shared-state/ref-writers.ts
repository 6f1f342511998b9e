/**
 * Which refs commands of git write by their names, as a trace has the commands. Only forms that write: `git branch --list
 * feature` and `git tag -l v1` name a ref, and leave it as it is.
 */
export class WrittenRefs {
  readonly #names = new Set<string>();
  readonly #folders = new Set<string>();

  constructor(commands: readonly (readonly string[])[]) {
    for (const argv of commands) this.#add(argv);
  }

  has(ref: string): boolean {
    if (this.#names.has(ref)) return true;
    if ([...this.#folders].some((folder) => ref.startsWith(folder))) return true;
    // A push or fetch finds `v1` among branches and tags.
    const short = /^refs\/(?:heads|tags)\/(.+)$/s.exec(ref)?.[1];
    return short !== undefined && this.#names.has(`?${short}`);
  }

  #add(argv: readonly string[]): void {
    const { command, args } = commandIn(argv);
    const { flags, words } = split(args, VALUES[command] ?? '');
    const has = (...names: readonly string[]): boolean => names.some((name) => hasFlag(flags, name));
    const write = WRITES.get(command)?.({ args, words, has });
    for (const folder of write?.folders ?? []) this.#folders.add(folder);
    for (const name of write?.names ?? [])
      this.#names.add(name.startsWith('refs/') ? name : `${write?.in ?? ''}${name}`);
  }
}

/** A command of git, taken apart. */
interface Call {
  readonly args: readonly string[];
  /** Arguments that are no options. */
  readonly words: readonly string[];
  readonly has: (...flags: readonly string[]) => boolean;
}

/** What a command writes. */
interface Write {
  /** Where short names are: `refs/heads/`; `?` = among branches and tags. */
  readonly in?: string;
  readonly names?: readonly string[];
  /** It may write any ref in these. */
  readonly folders?: readonly string[];
}

const NOTHING: Write = {};

function branchWrites({ words, has }: Call): Write {
  if (has('-r', '--remotes')) return NOTHING;
  const isOfAll = has('-d', '-D', '--delete', '-m', '-M', '--move', '-c', '-C', '--copy');
  if (isOfAll) return { in: 'refs/heads/', names: words };
  const isShown = has(...LISTS, '-a', '--all', '--show-current');
  const isSetting = has('-u', '--set-upstream-to', '--unset-upstream', '--edit-description');
  return isShown || isSetting ? NOTHING : { in: 'refs/heads/', names: words.slice(0, 1) };
}

function tagWrites({ words, has }: Call): Write {
  if (has('-d', '--delete')) return { in: 'refs/tags/', names: words };
  return has(...LISTS, '-n', '-v', '--verify') ? NOTHING : { in: 'refs/tags/', names: words.slice(0, 1) };
}

/** `checkout -b`, `switch --create=…`, `worktree add <path>`. */
function newBranchWrites({ args, words }: Call, isWorktree: boolean): Write {
  const made = args.findIndex((word) => /^(-[bBcC]|--(create|force-create|orphan))$/.test(word));
  const joined = args.find((word) => /^--(create|force-create|orphan)=/.test(word));
  const added = isWorktree && words[0] === 'add' ? words[1]?.split('/').at(-1) : undefined;
  const name = made >= 0 ? args[made + 1] : joined === undefined ? added : joined.slice(joined.indexOf('=') + 1);
  return name === undefined ? NOTHING : { in: 'refs/heads/', names: [name] };
}

const pushWrites = ({ words }: Call): Write =>
  isLocal(words[0] ?? '') ? { in: '?', names: words.slice(1).map(destination) } : NOTHING;

function fetchWrites({ words }: Call): Write {
  const names = words.flatMap((word, at) => [
    ...(at > 0 && word.includes(':') ? [inBranchesAndTags(destination(word))] : []),
    ...(at > 0 && words[at - 1] === 'tag' ? [`refs/tags/${word}`] : []),
  ]);
  return { names };
}

const inBranchesAndTags = (name: string): string => (name.startsWith('refs/') ? name : `?${name}`);

const WRITES: ReadonlyMap<string, (call: Call) => Write> = new Map([
  ['branch', branchWrites],
  ['tag', tagWrites],
  ['checkout', (call) => newBranchWrites(call, false)],
  ['switch', (call) => newBranchWrites(call, false)],
  ['worktree', (call) => newBranchWrites(call, true)],
  ['update-ref', ({ words }) => ({ names: words.slice(0, 1) })],
  [
    'symbolic-ref',
    ({ words, has }) => (has('-d', '--delete') || words.length > 1 ? { names: words.slice(0, 1) } : NOTHING),
  ],
  ['push', pushWrites],
  ['fetch', fetchWrites],
  ['pull', fetchWrites],
  ['notes', ({ words }) => (NOTES.has(words[0] ?? '') ? { folders: ['refs/notes/'] } : NOTHING)],
  [
    'replace',
    ({ words, has }) => (words.length > 0 && !has('-l', '--list') ? { folders: ['refs/replace/'] } : NOTHING),
  ],
  ['filter-branch', ({ words }) => ({ in: '?', names: words, folders: ['refs/original/'] })],
]);

const LISTS = '-l --list --contains --no-contains --merged --no-merged --points-at'.split(' ');
const NOTES: ReadonlySet<string> = new Set('add append copy edit merge prune remove'.split(' '));

/** Options whose value is the next word. */
const VALUES: Readonly<Record<string, string>> = {
  branch: '--sort --format',
  tag: '-m -F -u --message --file --local-user --cleanup --sort --format',
  'update-ref': '-m',
  'symbolic-ref': '-m',
  push: '-o --push-option --repo --receive-pack --exec',
  fetch: '-o --server-option --upload-pack --depth --deepen -j --jobs --refmap --shallow-since --shallow-exclude',
  pull: '-s --strategy -X --strategy-option --depth --upload-pack -j --jobs',
  notes: '--ref -m -F -C -c',
  worktree: '--reason',
};

/** The subcommand, and what follows it. */
export function commandIn(argv: readonly string[]): { readonly command: string; readonly args: readonly string[] } {
  let at = 1;
  while (argv[at]?.startsWith('-')) at += WITH_VALUE.has(argv[at] ?? '') ? 2 : 1;
  return { command: argv[at] ?? '', args: argv.slice(at + 1) };
}

const WITH_VALUE: ReadonlySet<string> = new Set(
  '-c -C --git-dir --work-tree --namespace --super-prefix --config-env --exec-path'.split(' '),
);

function split(args: readonly string[], valued: string): { flags: readonly string[]; words: readonly string[] } {
  const withValue = new Set(valued.split(' '));
  const flags: string[] = [];
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return { flags, words: [...words, ...args.slice(at + 1)] };
    if (!word.startsWith('-') || word === '-') words.push(word);
    else {
      flags.push(word);
      if (withValue.has(word)) at += 1;
    }
  }
  return { flags, words };
}

/** `-d` also in `-qd`; `--list` also with a value. */
function hasFlag(flags: readonly string[], name: string): boolean {
  if (name.startsWith('--')) return flags.some((flag) => flag === name || flag.startsWith(`${name}=`));
  const letter = name.slice(1);
  return flags.some((flag) => !flag.startsWith('--') && /^-[A-Za-z0-9]+$/.test(flag) && flag.includes(letter));
}

const isLocal = (where: string): boolean => /^(\.|\/|~|file:)/.test(where);

/** Of a refspec. */
const destination = (spec: string): string => spec.replace(/^\+/, '').split(':').at(-1) ?? '';
