import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { commandsDoc } from '../../../src/commands/program/commands-doc.ts';
import type { Io } from '../../../src/commands/program/command.ts';
import { readCommandLine, type Asked } from '../../../src/commands/program/program.ts';
import { COMMANDS } from '../../../src/commands/table.ts';

interface Answer {
  readonly asked: Asked;
  readonly out: string;
  readonly err: string;
}

async function type(...argv: string[]): Promise<Answer> {
  let out = '';
  let err = '';
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    columns: 100,
  };
  const asked = await readCommandLine(argv, io as unknown as Io, '1.2.3');
  return { asked, out, err };
}

const heard = async (...argv: string[]): Promise<unknown> => {
  const { asked, err } = await type(...argv);
  return asked.kind === 'command' ? [asked.spec.name, asked.args.args, asked.args.options] : err;
};

describe('command line', () => {
  it('gives commands what was typed', async () => {
    expect(await heard('add', 'Drop lodash', '--depends', 'T-1,T-2', '--body', '-')).toEqual([
      'add',
      ['Drop lodash'],
      { depends: 'T-1,T-2', body: '-' },
    ]);
    expect(await heard('run', 'T-1', 'T-2', '--until-done', '--max-wait', '1h30m')).toEqual([
      'run',
      ['T-1', 'T-2'],
      { untilDone: true, maxWait: 5_400_000 },
    ]);
    expect(await heard('stop', '--now')).toEqual(['stop', [], { now: true }]);
    expect(await heard('log', 'T-1', '--limit', '5')).toEqual(['log', ['T-1'], { limit: 5 }]);
    expect(await heard('retry', 'T-1', '--fixed', '--why', 'by hand')).toEqual([
      'retry',
      ['T-1'],
      { fixed: true, why: 'by hand' },
    ]);
  });

  it('takes plain kanban, and kanban with options only, for status', async () => {
    expect(await heard()).toEqual(['status', [], {}]);
    expect(await heard('--json')).toEqual(['status', [], { json: true }]);
  });

  it('reads moments as a time ago or as a date', async () => {
    const before = Date.now();
    const { asked } = await type('log', '--since', '2h');
    const since = asked.kind === 'command' ? Number(asked.args.options['since']) : 0;
    expect(since).toBeGreaterThanOrEqual(before - 7_200_000);
    expect(since).toBeLessThanOrEqual(Date.now() - 7_200_000);
    expect(await heard('log', '--since', '2026-11-20T10:00Z')).toEqual([
      'log',
      [],
      { since: Date.UTC(2026, 10, 20, 10) },
    ]);
    expect(await heard('log', '--since', '2026-11-20')).toEqual([
      'log',
      [],
      { since: new Date(2026, 10, 20).getTime() },
    ]);
  });

  it.each([
    [['statsu'], 'Did you mean status?'],
    [['run', '--untildone'], 'Did you mean --until-done?'],
    [['log', '--limit', '0'], 'a whole number from 1'],
    [['log', '--since', 'yesterday'], 'a date such as 2026-11-20'],
    [['run', '--max-wait', '5'], 'a duration such as'],
    [['show'], "missing required argument 'id'"],
    [['abandon', 'T-1'], "required option '--why <reason>' not specified"],
    [['show', 'T-1', 'T-2'], 'too many arguments'],
    [['retry', 'T-1', '--why'], 'argument missing'],
    [['help', 'statsu'], ''],
  ])('%j is wrong usage: exit code 2, to stderr, with a hint', async (argv, hint) => {
    const { asked, out, err } = await type(...argv);
    expect(asked).toEqual({ kind: 'ended', code: 2 });
    expect(err).toContain(hint);
    expect(err).toContain('kanban');
    expect(out).toBe('');
  });

  it('prints version and help to stdout with exit code 0', async () => {
    expect(await type('--version')).toEqual({ asked: { kind: 'ended', code: 0 }, out: '1.2.3\n', err: '' });
    for (const argv of [['--help'], ['-h'], ['help'], ['help', 'run'], ['run', '--help']]) {
      const { asked, out, err } = await type(...argv);
      expect([argv, asked, err]).toEqual([argv, { kind: 'ended', code: 0 }, '']);
      expect(out).toContain('Examples:');
    }
  });

  it('has help that ends with what to do when stuck', async () => {
    expect((await type('--help')).out).toMatchInlineSnapshot(`
      "Usage: kanban [command] [options]

      A kanban of plain markdown files, worked by coding agents: reviewed, tested and landed on your
      branch.

      Options:
        -V, --version  print the version
        -h, --help     print this

      Work:
        run            Work the board: start agents, review, test and land until stopped
        add            Add an entry to the end of TODO
        stop           Stop kanban run, or one entry, when its runs have ended; with --now at once
        pause          Stop an entry, or everything, until kanban resume; agent sessions are kept
        resume         Continue what was paused; agents resume their sessions where they can
        inject         Send a message to the agent of an entry: at once where its CLI allows, else with
                       its next run

      Look:
        attach         Follow the run of an entry as text until it ends; interrupting this does not stop
                       the run
        status         Show what is in work, what waits and for what, what needs you (same as plain
                       kanban)
        queue          Show what is about to land: the batch, the check, what waits or is held and why,
                       the remote
        show           Show one entry: its text, its column and state, the reason, its runs, the next
                       commands
        log            Show what moved, when and by whom, from git history; with an id, one entry with its
                       reports

      Change entries:
        move           Move an entry, as by hand, to another column (its run is stopped first) or within
                       its own
        edit           Edit an entry's text in $EDITOR, or set parts of it; refused if the entry changed
                       meanwhile, your text is kept
        prioritize     Put an entry on top of its column, or set its priority
        rm             Delete an entry from the board, as by hand; its run is stopped and its branch is
                       kept

      When an entry needs you:
        retry          Try an escalated entry again in its column, with all attempts
        rescope        Move an entry to TODO with a fresh branch; the old one is kept under
                       refs/kanban/abandoned/
        deprioritize   Move an entry to the bottom of TODO, paused, and note the blocker
        abandon        Remove an entry from the board, with the reason in CHANGELOG.md; its branch is kept
        undo           Revert a landing: remove its code and CHANGELOG line, put the entry on top of TODO,
                       paused
        approve        Approve an entry that waits with [APPROVE]

      Set up and check:
        init           Write the files that kanban needs; change nothing that exists, commit nothing
        preflight      List every problem that stops or holds the work, each with its fix; exit code 3 if
                       something stops all
        doctor         Run preflight; show agents and their logins, containment, leftovers with sizes,
                       kept work
        demo           Watch kanban work on a small example repository; leave nothing behind
        help           Print help for a command

      Examples:
        kanban init               set a repository up
        kanban add "Drop lodash"  or write an entry into board/TODO.md
        kanban run                let agents work, and watch
        kanban                    what is at work, what waits, what needs you

      Exit codes:
        0    done
        1    a bug in kanban; it says how to report it
        2    wrong usage, unreadable settings or board, or a request that cannot be carried out
        3    preflight failed
        4    ended, and entries need you
        130  interrupted

      When stuck:
        kanban                  shows what waits and for what, and which commands help
        kanban show T-12        shows one entry: why it is where it is, and the next commands
        kanban doctor           checks everything and says how to fix it
        kanban stop --now       ends every run; its work is kept
        git log --first-parent  shows every move: each is a commit
      "
    `);
  });
});

describe('command table', () => {
  it('shows examples that can be typed', async () => {
    for (const spec of COMMANDS)
      for (const [line] of spec.examples) {
        const argv = [...(line.split('| ').at(-1) ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
          (match) => match[1] ?? match[2] ?? '',
        );
        const { asked, err } = await type(...argv.slice(1));
        expect(asked.kind === 'command' ? asked.spec.name : err, line).toBe(spec.name);
      }
  });

  it('documents the keys of every --json', () => {
    const printing = COMMANDS.filter(({ options }) => options.some(({ flags }) => flags === '--json')).map(
      ({ name }) => name,
    );
    expect(COMMANDS.filter(({ json }) => json !== undefined).map(({ name }) => name)).toEqual(printing);
  });

  // After a change of the table: npx vitest run test/unit/commands -u
  it('is what docs/commands.md says', async () => {
    await expect(commandsDoc()).toMatchFileSnapshot('../../../docs/commands.md');
  });

  it('is all that kanban --help loads, beside commander', async () => {
    const { metafile } = await build({
      entryPoints: ['src/cli.ts'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      plugins: [
        {
          name: 'only-what-is-loaded-at-once',
          setup: ({ onResolve }) =>
            void onResolve({ filter: /.*/ }, ({ kind }) =>
              kind === 'dynamic-import' ? { external: true } : undefined,
            ),
        },
      ],
    });
    const allowed = [
      'src/cli.ts',
      'src/commands/messages.ts',
      'src/commands/table.ts',
      ...['command', 'exit-codes', 'program'].map((name) => `src/commands/program/${name}.ts`),
      ...['change', 'entry', 'internal', 'look', 'setup', 'shared', 'work'].map(
        (name) => `src/commands/table/${name}.ts`,
      ),
    ];
    const loaded = Object.keys(metafile.inputs).filter((path) => !path.startsWith('node_modules/commander/'));
    expect(loaded).toContain('src/commands/table.ts');
    expect(loaded.filter((path) => !allowed.includes(path))).toEqual([]);
  });
});
