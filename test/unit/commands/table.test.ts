import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { commandsDoc } from '../../../src/commands/program/commands-doc.ts';
import { skillDoc } from '../../../src/commands/program/skill-doc.ts';
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
  it.each([
    ['ls', 'status'],
    ['list', 'status'],
    ['delete', 'rm'],
    ['cancel', 'stop'],
    ['version', '--version'],
    ['tail', 'attach --follow'],
    ['start', 'run'],
    ['unpause', 'resume'],
    ['watch', 'status --watch'],
    ['restart', 'retry'],
    ['todo', 'add'],
  ])('%s is no command: it names %s', async (word, command) => {
    const { asked, err } = await type('-C', '.', word, 'T-1');
    expect(asked).toEqual({ kind: 'ended', code: 2 });
    expect(err).toBe(`error: unknown command '${word}': did you mean kanban ${command}?\n(kanban --help)\n`);
    expect(await heard('add', word)).toEqual(['add', [word], {}]);
  });

  it('says where the settings are, and what shows one entry', async () => {
    expect(await type('config')).toMatchObject({ err: expect.stringContaining('WORKFLOW.md') as string });
    const { asked, err } = await type('status', 'T-19');
    expect(asked).toEqual({ kind: 'ended', code: 2 });
    expect(err).toContain('did you mean kanban show T-19?');
    expect(await heard('status', '--agent', 'gpt-5')).toEqual(['status', [], { agent: ['gpt-5'] }]);
  });

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

  it('takes -C before or after the command, several as git does, and short options', async () => {
    const folderOf = async (...argv: string[]): Promise<unknown> => {
      const { asked } = await type(...argv);
      return asked.kind === 'command' ? [asked.spec.name, asked.args.args, asked.folder] : asked;
    };
    expect(await folderOf('-C', 'x', 'show', 'T-1')).toEqual(['show', ['T-1'], 'x']);
    expect(await folderOf('show', 'T-1', '-C', 'x')).toEqual(['show', ['T-1'], 'x']);
    expect(await folderOf('-C', '/x', '-C', 'y', 'show', 'T-1')).toEqual(['show', ['T-1'], '/x/y']);
    expect(await folderOf('-C', 'x')).toEqual(['status', [], 'x']);
    expect(await folderOf('-Cx', '--json')).toEqual(['status', [], 'x']);
    expect(await folderOf('--directory=x', 'log')).toEqual(['log', [], 'x']);
    expect(await folderOf('inject', 'T-1', '--', '-C', 'x')).toEqual(['inject', ['T-1', '-C', 'x'], null]);
    expect((await type('-C')).err).toContain('argument missing');
    expect(await heard('log', '-n', '5', '-j')).toEqual(['log', [], { limit: 5, json: true }]);
    expect(await heard('move', 'T-1', 'TODO', '-m', 'why not')).toEqual(['move', ['T-1', 'TODO'], { why: 'why not' }]);
  });

  it('gives every short option one meaning in a command', () => {
    for (const { name, options } of COMMANDS) {
      const shorts = options.flatMap(({ short }) => short ?? []);
      expect([name, new Set([...shorts, 'C', 'h', 'V']).size]).toEqual([name, shorts.length + 3]);
    }
  });

  it('reads lists of choices in any case, separated by commas', async () => {
    expect(await heard('status', '--column', 'todo,Review', '--column', 'TESTING', '--state', 'ready')).toEqual([
      'status',
      [],
      { column: ['TODO', 'REVIEW', 'TESTING'], state: ['ready'] },
    ]);
    expect((await type('status', '--column', 'todo,done', '--tag', 'x')).err).toMatch(
      /--column <columns>' cannot be 'done': it must be one of TODO, [^]*--tag <tags>' cannot be 'x'/,
    );
    expect(await heard('inject', 'T-1', 'x', '--priority', 'HIGH')).toEqual([
      'inject',
      ['T-1', 'x'],
      { priority: 'high' },
    ]);
  });

  it('reads moments as a time ago or as a date', async () => {
    const before = Date.now();
    const { asked } = await type('log', '--since', '2h');
    const since = asked.kind === 'command' ? Number(asked.args.options['since']) : 0;
    expect(since).toBeGreaterThanOrEqual(before - 7_200_000);
    expect(since).toBeLessThanOrEqual(Date.now() - 7_200_000);
    const { asked: month } = await type('log', '--since', '30d');
    expect(month.kind).toBe('command');
    expect(await heard('log', '--since', '2026-11-20T10:00Z')).toEqual([
      'log',
      [],
      { since: Date.UTC(2026, 10, 20, 10) },
    ]);
    const now = new Date();
    const day = (ago: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago).getTime();
    expect(await heard('log', '--since', 'today')).toEqual(['log', [], { since: day(0) }]);
    expect(await heard('log', '--since', 'Yesterday')).toEqual(['log', [], { since: day(1) }]);
    expect(await heard('log', '--since', '2026-11-20')).toEqual([
      'log',
      [],
      { since: new Date(2026, 10, 20).getTime() },
    ]);
  });

  it('takes the words of a title with or without quotes', async () => {
    for (const argv of [
      ['fix', 'the', 'login'],
      ['fix the', 'login'],
    ])
      expect(await heard('add', ...argv, '--top')).toEqual(['add', argv, { top: true }]);
    expect((await type('add')).asked).toEqual({ kind: 'ended', code: 2 });
  });

  it.each([
    [['statsu'], 'Did you mean status?'],
    [['run', '--untildone'], 'Did you mean --until-done?'],
    [['log', '--limit', '0'], 'a whole number from 1'],
    [['log', '--since', 'tomorrow'], 'a date such as 2026-11-20, today or yesterday'],
    [['run', '--max-wait', '5'], 'a duration such as'],
    [['show'], "missing required argument 'id'"],
    [['abandon', 'T-1'], "required option '-m, --why <reason>' not specified"],
    [['show', 'T-1', 'T-2'], 'too many arguments'],
    [['abandon', 'T-1', '--why', 'not', 'needed'], "needs quotes: --why 'not needed'\n"],
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
        -V, --version             print the version
        -C, --directory <folder>  run as if started in that folder; before or after the command
        -h, --help                print this

      Work:
        run                       Work the board: start agents, review, test and land until stopped
        add                       Add an entry to the end of TODO; refused if it depends on an id, or
                                  names an agent, that is not known
        stop                      Stop kanban run, or one entry, when its runs have ended; with --now at
                                  once
        pause                     Stop an entry, or everything, until kanban resume; agent sessions are
                                  kept
        resume                    Continue what was paused; agents resume their sessions where they can
        inject                    Send a message to the agent of an entry: at once where its CLI allows,
                                  else with its next run

      Look:
        attach                    Follow the run of an entry, or all runs, as text until they end;
                                  interrupting this does not stop a run
        status                    Show what is in work, what waits and for what, what needs you (same as
                                  plain kanban)
        queue                     Show what is about to land: the batch, the check, what waits or is held
                                  and why, the remote
        summary                   Sum up what landed, what failed, what waits and what it cost: the page
                                  to read in the morning
        tui                       Open the board on the whole terminal: panes, filters, and keys for what
                                  can be done (? lists them)
        serve                     Serve the board to browsers of this machine: look, move, edit, approve,
                                  comment on diffs
        metrics                   Count from git history how fast and how well work lands, and what it
                                  costs; the same in every clone
        alerts                    List the alerts: figures that passed a limit of \`alerts\` in WORKFLOW.md;
                                  --follow forwards them
        show                      Show one entry: its text, its column and state, the reason, its runs,
                                  the next commands
        diff                      Show an entry's work against its base, committed or not; of a landed
                                  entry what it landed
        open                      Open a shell in an entry's worktree, or your editor on it
        log                       Show what moved, when and by whom, from git history; with an id, one
                                  entry with its reports

      Change entries:
        move                      Move an entry, as by hand, to another column (its run is stopped first)
                                  or within its own
        edit                      Edit an entry's text in $EDITOR, or set parts of it; refused if the
                                  entry changed meanwhile, your text is kept
        tick                      Tick a checkbox of an entry by its text, as by hand
        comment                   Add a comment to the feedback of an entry, for its next run (kanban
                                  inject reaches the active run)
        prioritize                Put an entry on top of its column, or set its priority
        rm                        Delete an entry from the board, as by hand; its run is stopped and its
                                  branch is kept

      When an entry needs you:
        retry                     Try an escalated entry again in its column, with all attempts
        rescope                   Move an entry to TODO with a fresh branch; the old one is kept under
                                  refs/kanban/abandoned/
        deprioritize              Move an entry to the bottom of TODO, paused, and note the blocker
        abandon                   Remove an entry from the board, with the reason in CHANGELOG.md; its
                                  branch is kept
        undo                      Revert a landing: remove its code and CHANGELOG line, put the entry on
                                  top of TODO, paused
        approve                   Approve an entry that waits with [APPROVE]

      Set up and check:
        init                      Write the files that kanban needs; commit nothing, and change no file of
                                  yours but by --adopt
        check                     Check the text of the board, or of one file; exit code 3 if a problem
                                  holds an entry
        preflight                 List every problem that stops or holds the work, each with its fix; exit
                                  code 3 if something stops all
        doctor                    Run preflight; show agents and their logins, containment, leftovers with
                                  sizes, kept work
        completion                Print a script that completes commands, options, their values and task
                                  ids in your shell
        demo                      Watch kanban work on a small example repository; leave nothing behind
        export                    Write settings, prompts, an empty board and the skill into a folder, to
                                  set up another repository in the same way

      For other programs:
        mcp                       Serve the board to MCP clients (Claude Code, Codex, editors) on stdin
                                  and stdout
        help                      Print help for a command

      Examples:
        kanban init               set a repository up
        kanban add "Drop lodash"  or write an entry into board/TODO.md
        kanban run                let agents work, and watch
        kanban                    what is at work, what waits, what needs you

      Exit codes:
        0    done
        1    a bug in kanban; it says how to report it
        2    wrong usage, unreadable settings or board, or a request that cannot be carried out
        3    preflight found what stops everything, or check found a problem
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
        // Of a pipe or `$(…)` the part that calls kanban.
        const own = /\bkanban\b(?:"[^"]*"|[^|>)])*/.exec(line)?.[0] ?? '';
        const argv = [...own.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
        const { asked, err } = await type(...argv.slice(1));
        expect(asked.kind === 'command' ? asked.spec.name : err, line).toBe(spec.name);
      }
  });

  it('gives --json to every command, but those that show or print for the user only', () => {
    const without = COMMANDS.filter(
      ({ hidden, options }) => hidden !== true && !options.some(({ flags }) => flags === '--json'),
    );
    expect(without.map(({ name }) => name).toSorted()).toEqual([
      'attach',
      'completion',
      'demo',
      'mcp',
      'open',
      'serve',
      'tui',
    ]);
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

  it('is what the skill file says, which docs/skill.md shows', async () => {
    const skill = skillDoc();
    await expect(skill).toMatchFileSnapshot('../../../docs/skill.md');
    for (const name of ['add', 'status', 'show', 'retry', 'undo', 'run']) expect(skill).toContain(`\`kanban ${name}`);
    expect(skill).not.toContain('mcp-report');
    expect(skill.length).toBeLessThan(8_000);
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
      'src/first-of.ts',
      'src/hidden-characters.ts',
      'src/plain-text.ts',
      'src/shell-word.ts',
      'src/version.ts',
      ...['command', 'exit-codes', 'other-command', 'plain-stream', 'program', 'quote-hint'].map(
        (name) => `src/commands/program/${name}.ts`,
      ),
      ...[
        'boards',
        'change',
        'entry',
        'figures',
        'inspect',
        'internal',
        'look',
        'programs',
        'setup',
        'shared',
        'work',
      ].map((name) => `src/commands/table/${name}.ts`),
    ];
    const loaded = Object.keys(metafile.inputs).filter((path) => !path.startsWith('node_modules/commander/'));
    expect(loaded).toContain('src/commands/table.ts');
    expect(loaded.filter((path) => !allowed.includes(path))).toEqual([]);
  });
});
