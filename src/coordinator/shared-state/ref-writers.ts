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
    const add = (folder: string, names: readonly (string | undefined)[]): void => {
      for (const name of names)
        if (name !== undefined) this.#names.add(name.startsWith('refs/') ? name : `${folder}${name}`);
    };
    switch (command) {
      case 'branch':
        if (has('-r', '--remotes')) return;
        if (has('-d', '-D', '--delete', '-m', '-M', '--move', '-c', '-C', '--copy')) return add('refs/heads/', words);
        if (has(...LISTS, '-a', '--all', '--show-current', '-u', '--set-upstream-to', '--unset-upstream')) return;
        if (has('--edit-description')) return;
        return add('refs/heads/', words.slice(0, 1));
      case 'tag':
        if (has('-d', '--delete')) return add('refs/tags/', words);
        if (has(...LISTS, '-n', '-v', '--verify')) return;
        return add('refs/tags/', words.slice(0, 1));
      case 'checkout':
      case 'switch':
      case 'worktree': {
        const made = args.findIndex((word) => /^(-[bBcC]|--(create|force-create|orphan))$/.test(word));
        const joined = args.find((word) => /^--(create|force-create|orphan)=/.test(word));
        if (made >= 0) add('refs/heads/', [args[made + 1]]);
        else if (joined !== undefined) add('refs/heads/', [joined.slice(joined.indexOf('=') + 1)]);
        else if (command === 'worktree' && words[0] === 'add') add('refs/heads/', [words[1]?.split('/').at(-1)]);
        return;
      }
      case 'update-ref':
        return add('', words.slice(0, 1));
      case 'symbolic-ref':
        if (has('-d', '--delete') || words.length > 1) add('', words.slice(0, 1));
        return;
      case 'push':
        if (!isLocal(words[0] ?? '')) return;
        return add('?', words.slice(1).map(destination));
      case 'fetch':
      case 'pull':
        words.forEach((word, at) => {
          if (at > 0 && word.includes(':')) add('?', [destination(word)]);
          if (at > 0 && words[at - 1] === 'tag') add('refs/tags/', [word]);
        });
        return;
      case 'notes':
        if (NOTES.has(words[0] ?? '')) this.#folders.add('refs/notes/');
        return;
      case 'replace':
        if (words.length > 0 && !has('-l', '--list')) this.#folders.add('refs/replace/');
        return;
      case 'filter-branch':
        this.#folders.add('refs/original/');
        return add('?', words);
      default:
    }
  }
}

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
