import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltPackage } from '../rig/build-cli.ts';
import { buildQuickCli } from '../rig/build-quick-cli.ts';
import { PlainRepository } from './rig/plain-repository.ts';
import { until } from './rig/until.ts';

let built: BuiltPackage;
let open: PlainRepository[] = [];
beforeAll(async () => {
  built = await buildQuickCli();
});
afterEach(async () => {
  const made = open;
  open = [];
  for (const repo of made) await repo.remove();
});

function bare(name?: string): PlainRepository {
  const repo = new PlainRepository(built.cli, name);
  open.push(repo);
  return repo;
}

const made = (name?: string): PlainRepository => bare(name).init();

/** Whatever it says: nothing was moved, made or left (I1, I6, I7). */
function changesNothing(repo: PlainRepository, ...args: string[]): ReturnType<PlainRepository['kanban']> {
  const before = repo.facts();
  const said = repo.kanban(...args);
  expect(repo.facts(), `kanban ${args.join(' ')}\n${said.all}`).toBe(before);
  expect(said.all).not.toContain('This is a bug');
  return said;
}

describe('WORKFLOW.md that can not be used', () => {
  const CASES = [
    {
      what: 'broken YAML',
      edit: (text: string) => text.replace('ids: T ', 'ids: [T, '),
      says: /^WORKFLOW\.md:\d+:\d+: Not valid YAML: .*\[settings-yaml\]\n {4}.*\n {4} *~+\n {2}fix: /m,
    },
    {
      what: 'an unknown key',
      edit: (text: string) => text.replace('ids: T ', 'capcity: 3\nids: T '),
      says: /^WORKFLOW\.md:4:1: Unknown setting `capcity`; did you mean `capacity`\? \[unknown-setting\]\n {4}capcity: 3\n {4}~{7}\n {2}fix: write `capacity`/m,
    },
    {
      what: 'a wrong type',
      edit: (text: string) => text.replace('ids: T ', 'retries: lots\nids: T '),
      says: /^WORKFLOW\.md:4:10: `retries` must be a whole number.*\n {4}retries: lots\n {13}~{4}$/m,
    },
    {
      what: 'an unknown agent',
      edit: (text: string) => text.replace('agent: shell', 'agent: shel'),
      says: /^WORKFLOW\.md:\d+:\d+: `roles\.task\.agent` is `shel`.*\[unknown-agent\]/m,
    },
  ];

  it('is told with its place and how to fix it, by every command, and nothing is done', () => {
    const repo = made();
    repo.add('Wait', 'echo 1 > 1');
    const good = repo.read('WORKFLOW.md');
    for (const { what, edit, says } of CASES) {
      repo.write('WORKFLOW.md', edit(good));
      expect(repo.read('WORKFLOW.md'), what).not.toBe(good);
      const { code, err } = changesNothing(repo, 'run', '--until-done');
      expect([code, err], what).toEqual([2, expect.stringMatching(says)]);
    }
    expect(changesNothing(repo, 'preflight').code).toBe(3);
    for (const command of [['add', 'x'], ['status', '--json'], ['run', '--dry-run'], ['log'], ['retry', 'T-1']])
      expect(changesNothing(repo, ...command).code, command[0]).toBe(2);
  });

  it('keeps the last good settings while it runs, says so, and takes the fixed ones', async () => {
    const repo = made();
    const run = repo.start('run');
    await run.says('kanban runs');
    const good = repo.read('WORKFLOW.md');
    repo.write('WORKFLOW.md', good.replace('ids: T ', 'ids: [T, '));
    await run.says('the last good settings stay');
    expect(run.all).toMatch(/WORKFLOW\.md:\d+:\d+: Not valid YAML/);
    repo.write('WORKFLOW.md', good.replace('# capacity: 6', 'capacity: 2'));
    await run.says('WORKFLOW.md was read again');
    repo.write('board/TODO.md', '# TODO\n\n## T-1: Continue\n\n```sh\necho 1 > 1\n```\n');
    await run.says('T-1 landed');
    const capacity = (): number => (JSON.parse(repo.kanban('status', '--json').out) as { capacity: number }).capacity;
    await until(
      () => capacity() === 2,
      () => `a capacity of 2, not of ${capacity()}`,
    );
    expect(repo.kanban('stop').code).toBe(0);
    expect(await run.ended()).toBe(0);
  });

  it('is waited for when it is broken from the start', async () => {
    const repo = made();
    const good = repo.read('WORKFLOW.md');
    repo.write('WORKFLOW.md', good.replace('ids: T ', 'ids: [T, '));
    const run = repo.start('run');
    await run.says('Not valid YAML');
    repo.write('WORKFLOW.md', good);
    await run.says('kanban runs');
    run.signal('SIGINT');
    expect(await run.ended()).toBe(130);
  });
});

describe('a board that can not be read', () => {
  const CASES: readonly {
    readonly what: string;
    readonly breakIt: (repo: PlainRepository) => void;
    readonly says: string;
  }[] = [
    {
      what: 'not UTF-8',
      breakIt: (repo) => repo.write('board/TODO.md', Buffer.from('# TODO\n\n## T-2: caf\xe9\n', 'latin1')),
      says: 'is not UTF-8 text',
    },
    {
      what: 'a folder in its place',
      breakIt: (repo) => {
        rmSync(join(repo.root, 'board/TODO.md'));
        mkdirSync(join(repo.root, 'board/TODO.md'));
      },
      says: 'board/TODO.md cannot be read',
    },
    ...(process.getuid?.() === 0
      ? []
      : [
          {
            what: 'no right to read it',
            breakIt: (repo: PlainRepository) => chmodSync(join(repo.root, 'board/TODO.md'), 0),
            says: 'board/TODO.md cannot be read',
          },
        ]),
  ];

  it('stops all until it is fixed, and not a byte of it changes', async () => {
    const repo = made();
    for (const [index, { what, breakIt, says }] of CASES.entries()) {
      repo.add('Later', `echo ${index} > ${index}`);
      breakIt(repo);
      const ended = changesNothing(repo, 'run', '--until-done');
      expect([ended.code, ended.err], what).toEqual([2, expect.stringContaining(says)]);
      expect([changesNothing(repo, 'preflight').code, changesNothing(repo, 'add', 'x').code], what).toEqual([3, 2]);
      const run = repo.start('run');
      await run.says('everything: waits');
      rmSync(join(repo.root, 'board/TODO.md'), { recursive: true });
      repo.git('checkout', '--', 'board/TODO.md');
      await run.says(`T-${index + 1} landed`);
      run.signal('SIGINT');
      expect(await run.ended(), what).toBe(130);
    }
  });
});

it('a problem of one entry holds that entry and no other', () => {
  const repo = made();
  const entry = (heading: string, fields = ''): string =>
    `## ${heading}\n\n${fields}\`\`\`sh\necho x > ${heading.slice(0, 3)}.txt\n\`\`\`\n\n`;
  const board = [
    '# TODO\n\n',
    entry('T-1: First'),
    entry('T-2: Twice'),
    entry('T-2: Twice again'),
    entry('T-3: Cycle', '- depends: T-4\n\n'),
    entry('T-4: Cycle', '- depends: T-3\n\n'),
    entry('T-5: Unknown', '- depends: T-99\n\n'),
    entry('T-6: Agent', '- agent: shel\n\n'),
    '## T-7: No block\n\nWords.\n\n',
    entry('T-8: Last'),
    '## T-9: Opens\n\n```sh\necho 9\n\n## T-10: Swallowed\n',
  ].join('');
  repo.write('board/TODO.md', board);
  repo.commit();
  const { code, all } = repo.kanban('run', '--until-done');
  expect(code, all).toBe(4);
  expect(all).toMatch(/board\/TODO\.md:15:1: T-2 appears twice/);
  expect(all).toMatch(
    /board\/TODO\.md:\d+:10: T-6 is for the agent shel.*\n +- agent: shel\n +~{4}\n +fix: write shell/,
  );
  expect(all).toContain('T-3 → T-4 → T-3');
  expect(all).toContain('T-5 depends on T-99, which is not on the board and has not landed');
  expect(all).toContain('T-10 is not recognized as an entry');
  expect(repo.git('log', '--format=%s', '--grep=-> CHANGELOG').split('\n').toSorted()).toEqual([
    'T-1: First',
    'T-8: Last',
  ]);
  for (const id of ['T-2: Twice again', 'T-3', 'T-4', 'T-5', 'T-6', 'T-7', 'T-9', 'T-10'])
    expect(repo.read('board/TODO.md')).toContain(`## ${id}`);
  expect(repo.git('status', '--porcelain')).toBe('');
  // Each is said once, not once more with every line number that changes.
  expect(all.match(/\[swallowed-entry\]/g)).toHaveLength(2);
});

describe('prompts and agents', () => {
  const BOT = 'agents:\n  bot: { kind: command, command: [sh, -c, "true"] }\n';

  it('a prompt that is missing or names what nobody knows stops all', () => {
    const repo = made();
    repo.write('WORKFLOW.md', `---\nsettle: 0s\n${BOT}roles: { task: { agent: bot } }\n---\n`);
    repo.add('One', 'true');
    repo.commit();
    const prompt = repo.read('prompts/task.md');
    repo.write('prompts/task.md', 'Do {{ entry.titel }} now.\n');
    const unknown = changesNothing(repo, 'run', '--until-done');
    expect([unknown.code, unknown.err]).toEqual([
      3,
      expect.stringContaining('prompts/task.md:1:7: Unknown variable `entry.titel`.'),
    ]);
    expect(unknown.err).toContain('fix: write `entry.title`');
    rmSync(join(repo.root, 'prompts/task.md'));
    const missing = changesNothing(repo, 'run', '--until-done');
    expect([missing.code, missing.err]).toEqual([
      3,
      expect.stringContaining('The prompt of the task is missing: prompts/task.md'),
    ]);
    repo.write('prompts/task.md', prompt);
    expect(changesNothing(repo, 'preflight').code).toBe(0);
  });

  it('a program that is missing holds what needs it, in the dry run too', () => {
    const repo = made();
    repo.write(
      'WORKFLOW.md',
      '---\nsettle: 0s\nagents:\n  bot: { kind: command, command: [no-such-program-here] }\n---\n',
    );
    repo.write(
      'board/TODO.md',
      '# TODO\n\n## T-1: For the bot\n\n- agent: bot\n\nWork.\n\n## T-2: For the shell\n\n```sh\necho 2 > 2\n```\n',
    );
    repo.commit();
    const dry = changesNothing(repo, 'run', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.out).toContain('move T-2 TODO → IN_PROGRESS');
    const { code, all } = repo.kanban('run', '--until-done');
    expect(code, all).toBe(4);
    expect(all).toMatch(/T-1: .*no-such-program-here/);
    expect(repo.git('log', '--format=%s', '--grep=-> CHANGELOG')).toBe('T-2: For the shell');
    expect(repo.read('board/TODO.md')).toContain('## T-1: For the bot');
  });
});

describe('where there is nothing to work in', () => {
  it('says what is missing: repository, checkout, commit, base', () => {
    const repo = bare();
    const outside = join(repo.folder, 'outside');
    mkdirSync(outside);
    const ways: readonly (readonly [folder: string, says: string, fix: string])[] = [
      [outside, 'is not in a git repository', 'git init'],
      [join(repo.folder, 'bare.git'), 'this repository is bare', 'clone it'],
      [join(repo.folder, 'unborn'), 'The repository has no commit yet', 'git commit'],
    ];
    repo.git('init', '-q', '--bare', join(repo.folder, 'bare.git'));
    repo.git('init', '-q', '-b', 'main', join(repo.folder, 'unborn'));
    writeFileSync(join(repo.folder, 'home/.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.com\n');
    for (const [folder, says, fix] of ways) {
      for (const [args, code] of [
        [['status'], 2],
        [['add', 'x'], 2],
        [['init'], 2],
        [['run', '--until-done'], 3],
        [['preflight'], 3],
      ] as const) {
        const said = repo.kanbanIn(folder, {}, ...args);
        expect([args[0], said.code, said.all]).toEqual([args[0], code, expect.stringContaining(says)]);
        expect(said.all).toContain(fix);
        expect(said.all).not.toContain('nothing is left to do');
      }
    }
    expect(readdirSync(outside)).toEqual([]);
  });

  it('names branches that could be meant when base is missing', () => {
    const repo = made();
    repo.git('branch', '-m', 'main', 'trunk');
    const { code, out } = changesNothing(repo, 'preflight');
    expect([code, out.match(/stops/g)]).toEqual([3, ['stops']]);
    expect(out).toContain('There is no branch `main`.');
    expect(out).toContain('branches: trunk');
    expect(changesNothing(repo, 'run', '--until-done').code).toBe(3);
    expect(changesNothing(repo, 'status').code).toBe(2);
  });

  it('works with base checked out nowhere, in a shallow clone, and in a folder of a strange name', () => {
    const detached = made();
    detached.git('checkout', '-q', '--detach');
    detached.add('Detached', 'echo 1 > 1');
    const before = detached.git('rev-parse', 'HEAD');
    const said = detached.kanban('run', '--until-done');
    expect(said.code, said.all).toBe(0);
    expect(said.all).toContain('HEAD is detached');
    expect([
      detached.git('rev-parse', 'HEAD'),
      detached.git('status', '--porcelain'),
      detached.git('show', 'main:1'),
    ]).toEqual([before, '', '1']);

    const strange = made(`wéird 'q" $x \`id\` ; répo`);
    strange.add(`A "title" with 'quotes' & $HOME`, "echo 1 > 'ü file.txt'");
    expect(strange.kanban('run', '--until-done').code).toBe(0);
    expect([strange.read('ü file.txt'), strange.git('status', '--porcelain')]).toEqual(['1\n', '']);
    expect(strange.git('log', '-1', '--format=%s')).toBe(`T-1: A "title" with 'quotes' & $HOME`);

    const shallow = join(strange.folder, 'shallow');
    strange.git('clone', '-q', '--depth', '1', `file://${strange.root}`, shallow);
    for (const [key, value] of [
      ['user.name', 'Ada'],
      ['user.email', 'ada@example.com'],
    ] as const)
      strange.git('-C', shallow, 'config', key, value);
    expect(strange.kanbanIn(shallow, {}, 'preflight').out).toContain('This clone is shallow');
    writeFileSync(
      join(shallow, 'board/TODO.md'),
      '# TODO\n\n## T-2: After T-1\n\n- depends: T-1\n\n```sh\necho 2 > 2\n```\n',
    );
    expect(strange.kanbanIn(shallow, {}, 'run', '--until-done').code).toBe(0);
    expect(strange.git('-C', shallow, 'log', '-1', '--format=%s')).toBe('T-2: After T-1');
  });
});

describe("git's own troubles", () => {
  it('without an identity nothing is committed', () => {
    const repo = made();
    repo.add('One', 'echo 1 > 1');
    repo.git('config', '--unset', 'user.name');
    repo.git('config', '--unset', 'user.email');
    repo.git('config', 'user.useConfigOnly', 'true');
    for (const [args, code] of [
      [['add', 'x'], 2],
      [['run', '--until-done'], 3],
      [['preflight'], 3],
    ] as const) {
      const said = changesNothing(repo, ...args);
      expect([said.code, said.all]).toEqual([code, expect.stringContaining('git config --global user.name')]);
    }
    expect(changesNothing(repo, 'status').code).toBe(0);
  });

  it('hooks of the repository do not run on our commits, however they fail', () => {
    const repo = made();
    repo.add('One', 'echo 1 > 1');
    for (const hook of [
      'pre-commit',
      'commit-msg',
      'prepare-commit-msg',
      'pre-merge-commit',
      'post-checkout',
      'reference-transaction',
      'post-merge',
      'post-commit',
    ]) {
      repo.write(`.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >> "${repo.folder}/hooks-ran"\nexit 1\n`);
      chmodSync(join(repo.root, '.git/hooks', hook), 0o755);
    }
    const { code, all } = repo.kanban('run', '--until-done');
    expect(code, all).toBe(0);
    expect(readdirSync(repo.folder)).not.toContain('hooks-ran');
  });

  it('a signature that fails is said in words, by commands soon, and nothing is half done', async () => {
    const repo = made();
    repo.add('One', 'echo 1 > 1');
    repo.git('config', 'commit.gpgsign', 'true');
    repo.git('config', 'gpg.program', '/bin/false');
    const added = changesNothing(repo, 'add', 'x');
    expect([added.code, added.err]).toEqual([2, expect.stringContaining('the commit could not be signed')]);
    const run = repo.start('run');
    await run.says('picks: waits, the commit could not be signed');
    repo.git('config', 'commit.gpgsign', 'false');
    await run.says('T-1 landed');
    run.signal('SIGTERM');
    expect(await run.ended(), run.all).toBe(130);
  });

  it('a lock of the index that somebody left is waited for and named', async () => {
    const repo = made();
    repo.add('One', 'echo 1 > 1');
    repo.write('.git/index.lock', '');
    const added = repo.kanban('add', 'x');
    expect([added.code, added.err]).toEqual([2, expect.stringContaining('.git/index.lock exists')]);
    const run = repo.start('run');
    await run.says(/picks: waits, .*index\.lock exists/);
    expect([repo.has('.git/index.lock'), repo.git('log', '-1', '--format=%s')]).toEqual([true, 'kanban: T-1 added']);
    rmSync(join(repo.root, '.git/index.lock'));
    await run.says('T-1 landed');
    run.signal('SIGTERM');
    expect(await run.ended()).toBe(130);
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  it('works with a submodule beside', () => {
    const repo = made();
    const lib = join(repo.folder, 'lib');
    repo.git('init', '-q', '-b', 'main', lib);
    repo.git(
      '-C',
      lib,
      '-c',
      'user.name=Lib',
      '-c',
      'user.email=lib@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'lib',
    );
    repo.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', lib, 'lib');
    repo.commit().add('One', 'echo 1 > 1');
    const { code, all } = repo.kanban('run', '--until-done');
    expect(code, all).toBe(0);
    expect([
      repo.git('status', '--porcelain'),
      repo.git('worktree', 'list').split('\n').length,
      repo.read('1'),
    ]).toEqual(['', 1, '1\n']);
  });
});
