import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
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

function bare(): PlainRepository {
  const repo = new PlainRepository(built.cli);
  open.push(repo);
  return repo;
}

const made = (): PlainRepository => bare().init();

/** A script that continues until the test says so; its process ends with the test's folder. */
const waiting = (repo: PlainRepository, name: string): string =>
  `echo begun > ${name}.txt\necho begun > '${repo.folder}/${name}.begun'\nwhile [ -d '${repo.folder}' ] && ! [ -e '${repo.folder}/${name}.go' ]; do sleep 0.1; done`;
const begun = (repo: PlainRepository, name: string): Promise<unknown> =>
  until(() => existsSync(join(repo.folder, `${name}.begun`)), `${name} begins`);
const go = (repo: PlainRepository, name: string): void => writeFileSync(join(repo.folder, `${name}.go`), '');

const FAILS = '```sh\nexit 3\n```';
const trailers = (repo: PlainRepository): string => repo.git('log', '-1', '--format=%s%n%b', 'main');

describe('commands while no coordinator runs', () => {
  it('add takes all its options, commits at once, and several at once each come through', async () => {
    const repo = made();
    expect(repo.kanban('add', 'Drop lodash', '--depends', 'T-9')).toMatchObject({ code: 2, out: '' });
    repo.write('board/TODO.md', '# TODO\n\n# Later\n\n## T-9: Parked\n');
    repo.commit();
    const first = repo.kanban(
      'add',
      'Drop lodash',
      '--depends',
      't-9',
      '--files',
      'src/**,a.txt',
      '--priority',
      'P1',
      '--body',
      'Words.\n\n```sh\necho 1 > 1\n```',
    );
    expect([first.code, first.out]).toEqual([0, 'T-10 is in TODO: Drop lodash\n']);
    expect(repo.read('board/TODO.md')).toContain(
      '## T-10: Drop lodash\n\n- depends: T-9\n- files: src/**, a.txt\n- priority: P1\n\nWords.\n\n```sh\necho 1 > 1\n```\n',
    );
    const running = ['B', 'C', 'D'].map((title) => repo.start('add', title, '--body', '```sh\ntrue\n```'));
    expect(await Promise.all(running.map(async (child) => child.ended()))).toEqual([0, 0, 0]);
    const ids = [...repo.read('board/TODO.md').matchAll(/^## (T-\d+): [BCD]$/gm)].map(([, id]) => id).toSorted();
    expect(ids).toEqual(['T-11', 'T-12', 'T-13']);
    expect([repo.git('status', '--porcelain'), repo.facts().includes('lock')]).toEqual(['', false]);
    expect(repo.kanban('add', '').code).toBe(2);
    expect(repo.kanban('add', 'x', '--priority', 'urgent').code).toBe(2);
  });

  it('each way out of an escalation does what it says, with the reason in history', () => {
    const repo = made();
    repo.write(
      'board/TODO.md',
      `# TODO\n\n${['T-1', 'T-2', 'T-3', 'T-4'].map((id) => `## ${id}: Fails\n\n${FAILS}\n`).join('\n')}`,
    );
    repo.commit();
    const left = repo.kanban('run', '--until-done');
    expect(left.code, left.all).toBe(4);
    expect(left.all).toContain('kanban has ended: the rest needs you');
    expect(repo.kanban('status').out.match(/\[ESCALATED\]/g)).toHaveLength(4);

    expect(repo.kanban('retry', 'T-1', '--why', 'the service is up again').code).toBe(0);
    expect(trailers(repo)).toMatch(/the service is up again[\s\S]*Kanban-By: T-1 Ada <ada@example.com>/);
    expect(repo.read('board/IN_PROGRESS.md')).toContain('## T-1: Fails');
    const again = repo.kanban('retry', 'T-1');
    expect([again.code, again.err]).toEqual([2, 'T-1 is not escalated\n']);

    const nothing = repo.kanban('retry', 'T-2', '--fixed');
    expect(nothing.code).toBe(2);
    expect(nothing.err).toMatch(
      /^nothing is committed on branch T-2, and edits that are not committed do not count: commit the fix .*kanban retry T-2 --fixed/,
    );
    writeFileSync(join(repo.root, '.worktrees/T-2/fixed.txt'), 'by hand\n');
    for (const args of [
      ['add', '-A'],
      ['commit', '-q', '-m', 'Fix'],
    ])
      repo.git('-C', '.worktrees/T-2', ...args);
    expect(repo.kanban('retry', 'T-2', '--mended', '--why', 'fixed by me').code).toBe(0);
    expect(repo.read('board/REVIEW.md')).toContain('## T-2: Fails');

    expect(repo.kanban('rescope', 'T-3', '--why', 'only the form').code).toBe(0);
    expect(repo.read('board/TODO.md')).toMatch(/^# TODO\n\n## T-3: Fails\n\n- feedback: only the form/);
    expect(repo.kanban('deprioritize', 'T-4', '--why', 'waits for the API').code).toBe(0);
    expect(repo.read('board/TODO.md').trimEnd()).toMatch(
      /## \[PAUSED\] T-4: Fails\n\n- feedback: waits for the API[\s\S]*```$/,
    );
    expect(repo.kanban('abandon', 'T-4').code).toBe(2);
    expect(repo.kanban('abandon', 'T-4', '--why', 'not needed').code).toBe(0);
    expect(repo.read('board/TODO.md')).not.toContain('T-4');
    expect(repo.read('CHANGELOG.md')).toContain('not needed');

    const unknown = repo.kanban('retry', 'T-22');
    expect([unknown.code, unknown.err]).toEqual([2, 'T-22 is not on the board; did you mean T-2?\n']);
    expect(repo.kanban('show', 'T-22').err).toContain('fix: kanban show T-2');
    const log = JSON.parse(repo.kanban('log', 'T-1', '--json').out) as {
      verdict: string | null;
      asked: string | null;
      escalated: string | null;
    }[];
    expect([
      log.some(({ verdict }) => verdict === 'task blocked'),
      log.some(({ escalated }) => escalated !== null),
      log.some(({ asked }) => asked?.startsWith('Ada') ?? false),
    ]).toEqual([true, true, true]);
    expect(repo.kanban('log', '--limit', '2').out.trim().split('\n')).toHaveLength(2);
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  it('approve lets an entry continue; stop says that nothing runs', () => {
    const repo = made();
    repo.write('WORKFLOW.md', repo.read('WORKFLOW.md').replace(/^# approve: never.*$/m, 'approve: land'));
    repo.commit().add('Wait for me', 'echo 1 > 1');
    expect(repo.kanban('run', '--until-done').code).toBe(4);
    expect(repo.read('board/TESTING.md')).toContain('[APPROVE] T-1');
    expect(repo.kanban('approve', 'T-1', '--why', 'read it').code).toBe(0);
    expect(trailers(repo)).toMatch(/read it[\s\S]*Kanban-By: T-1 Ada/);
    expect(repo.kanban('run', '--until-done').code).toBe(0);
    expect(repo.kanban('stop')).toMatchObject({ code: 0, out: 'no coordinator and no run is alive\n' });
    for (const args of [['doctor'], ['doctor', '--fix'], ['doctor', '--json'], ['preflight', '--json']])
      expect(repo.kanban(...args).code, args.join(' ')).toBe(0);
    for (const finding of JSON.parse(repo.kanban('preflight', '--json').out) as object[])
      expect(finding).toMatchObject({
        check: expect.any(String),
        level: expect.stringMatching(/^(info|fixed)$/),
        message: expect.any(String),
      });
    expect(repo.git('status', '--porcelain')).toBe('');
  });
});

describe('commands while a coordinator runs', () => {
  it('are carried out by it; a second coordinator is refused and names the first (I3)', async () => {
    const repo = made();
    repo.add('Long', waiting(repo, 'long'));
    const run = repo.start('run');
    await begun(repo, 'long');
    const second = repo.kanban('run', '--until-done');
    expect([second.code, second.err]).toEqual([
      3,
      expect.stringContaining(`A coordinator is at work in this repository: pid ${run.pid} on ${hostname()}`),
    ]);
    expect(repo.kanban('preflight').out).toContain(`A coordinator is running here (pid ${run.pid})`);
    expect(repo.kanban('add', 'Short', '--body', '```sh\necho 2 > 2\n```')).toMatchObject({
      code: 0,
      out: 'T-2 is in TODO: Short\n',
    });
    await run.says('T-2 landed');
    for (const id of ['T-3', 'T-4', 'T-5']) {
      expect(repo.kanban('add', 'Later', '--depends', 'T-1').out).toContain(id);
      expect(repo.kanban('status').out, 'what was just added is there').toContain(id);
    }
    // Where base stands, what a coordinator shows is never behind; how its runs do, by half a second at most.
    const shown = /coordinator pid \d+.*1 of 6 runs[\s\S]*IN_PROGRESS {2}T-1/;
    await until(() => shown.test(repo.kanban('status').out), 'the status of T-1');
    expect(repo.kanban('retry', 'T-12').err).toBe('T-12 is not on the board; did you mean T-1?\n');
    expect(repo.kanban('stop', 'T-1', '--now')).toMatchObject({ code: 0, out: expect.stringContaining('T-1') });
    expect(repo.read('board/IN_PROGRESS.md')).toContain('[PAUSED] T-1');
    expect(repo.git('show', 'T-1:long.txt')).toBe('begun');
    expect(repo.kanban('stop').code).toBe(0);
    expect(await run.ended()).toBe(0);
    expect(repo.kanban('status').out).toContain('no coordinator');
  });

  it('the lock of one that died is taken over; of one on another machine it is not, and that is said', async () => {
    const repo = made();
    repo.add('One', waiting(repo, 'one'));
    const run = repo.start('run');
    await begun(repo, 'one');
    run.signal('SIGKILL');
    await run.ended();
    const lock = repo.read('.git/kanban/lock');
    go(repo, 'one');
    expect(repo.kanban('run', '--until-done').code).toBe(0);
    expect(repo.git('log', '-1', '--format=%s')).toBe('T-1: One');
    repo.write('.git/kanban/lock', lock.replace(/"host": "[^"]*"/, '"host": "elsewhere"'));
    expect(repo.kanban('run', '--until-done')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/pid \d+ on elsewhere[\s\S]*fix: make sure that nothing runs there, then: rm/),
    });
    expect(repo.kanban('preflight')).toMatchObject({
      code: 3,
      out: expect.stringContaining('on elsewhere holds the lock'),
    });
    rmSync(join(repo.root, '.git/kanban/lock'));
  });
});

describe('signals and readers', () => {
  it('Ctrl-C once: nothing new starts and runs may finish; twice: they are stopped, their work kept, no retry used', async () => {
    const repo = made();
    repo.add('First', waiting(repo, 'first'));
    const once = repo.start('run');
    await begun(repo, 'first');
    once.signal('SIGINT');
    await once.says('nothing new is started; 1 run may finish');
    go(repo, 'first');
    expect(await once.ended(), once.all).toBe(130);
    expect(repo.read('board/REVIEW.md')).toContain('## T-1: First');

    repo.add('Second', waiting(repo, 'second'));
    const twice = repo.start('run', 'T-2');
    await begun(repo, 'second');
    twice.signal('SIGINT');
    await twice.says('nothing new is started');
    twice.signal('SIGINT');
    expect(await twice.ended(), twice.all).toBe(130);
    expect(twice.all).toContain('Ctrl-C');
    expect(twice.all).not.toContain('kanban stop');
    expect(repo.read('board/IN_PROGRESS.md')).toContain('## T-2: Second');
    expect(repo.read('board/IN_PROGRESS.md')).not.toContain('attempts');
    expect(repo.git('show', 'T-2:second.txt')).toBe('begun');
  });

  it('SIGTERM stops runs; SIGHUP leaves them to the next coordinator, which adopts them', async () => {
    const repo = made();
    repo.add('Long', waiting(repo, 'long'));
    const term = repo.start('run');
    await begun(repo, 'long');
    term.signal('SIGTERM');
    expect(await term.ended(), term.all).toBe(130);
    rmSync(join(repo.folder, 'long.begun'));
    const gone = repo.start('run');
    await begun(repo, 'long');
    gone.signal('SIGHUP');
    await gone.ended();
    expect(repo.kanban('status').out).toMatch(/no coordinator · 1 of 6 runs/);
    const next = repo.start('run', '--until-done');
    await next.says('it outlived the coordinator that started it');
    go(repo, 'long');
    expect(await next.ended(), next.all).toBe(0);
    expect(repo.git('log', '-1', '--format=%s')).toBe('T-1: Long');
  });

  it('a reader that leaves (kanban run | head) stops nothing', async () => {
    const repo = made();
    repo.add('One', waiting(repo, 'one'));
    const run = repo.start('run', '--until-done');
    await begun(repo, 'one');
    run.closeOutput();
    go(repo, 'one');
    expect(await run.ended()).toBe(0);
    expect(repo.git('log', '-1', '--format=%s')).toBe('T-1: One');
  });
});

describe('preflight', () => {
  it('what is not committed stops until something is in work, and ends by itself; own files never count', async () => {
    const repo = made();
    repo.add('One', waiting(repo, 'one'));
    repo.write('a.txt', 'mine\n');
    const ended = repo.kanban('run', '--until-done');
    expect([ended.code, ended.err]).toEqual([
      3,
      expect.stringContaining('do not see your uncommitted changes: a.txt.'),
    ]);
    const dry = repo.kanban('run', '--dry-run');
    expect([dry.code, dry.out]).toEqual([3, expect.stringContaining('nothing to do')]);
    const run = repo.start('run');
    await run.says('everything: waits, Agents start from');
    await until(() => repo.kanban('status').out.includes('all waits'), 'the status to say it');
    repo.git('checkout', '--', 'a.txt');
    await begun(repo, 'one');
    // Afterwards it is told, and stops nothing (I7: not a byte of it changes).
    repo.write('a.txt', 'mine\n');
    repo.add('Two', 'echo 2 > 2');
    await run.says('T-2 landed');
    go(repo, 'one');
    await run.says('T-1 landed');
    run.signal('SIGINT');
    expect(await run.ended()).toBe(130);
    expect([repo.read('a.txt'), repo.git('status', '--porcelain')]).toEqual(['mine\n', 'M a.txt']);
    repo.git('checkout', '--', 'a.txt');
    repo.write('WORKFLOW.md', `${repo.read('WORKFLOW.md')}\nMore.\n`);
    expect(repo.kanban('preflight').code).toBe(0);
  });

  it("a branch that the user made, and the team's own check, hold what they concern and no longer than need be", async () => {
    const repo = made();
    repo.write(
      'WORKFLOW.md',
      repo
        .read('WORKFLOW.md')
        .replace(
          '# preflight:',
          'preflight:\n  - { name: service, run: "test -e ../up", fix: "touch ../up" }\n# preflight:',
        ),
    );
    repo.commit().add('Mine', 'echo 1 > 1');
    repo.add('Ours', 'echo 2 > 2');
    repo.git('branch', 'T-1');
    const preflight = repo.kanban('preflight');
    expect([preflight.code, preflight.out]).toEqual([
      3,
      expect.stringContaining('the branch `T-1` exists, and kanban did not create it'),
    ]);
    expect(preflight.out).toContain('fix: touch ../up');
    const run = repo.start('run');
    await run.says('everything: waits, service');
    writeFileSync(join(repo.folder, 'up'), '');
    await run.says('T-2 landed');
    expect(repo.read('board/TODO.md')).toContain('T-1');
    repo.git('branch', '-m', 'T-1', 'mine');
    await run.says('T-1 landed');
    run.signal('SIGINT');
    await run.ended();
  });
});

describe('a disk without room, files that can not be written', () => {
  /** A way to leave no room for writing, and to give it back. */
  interface Roomless {
    readonly what: string;
    readonly says: RegExp;
    readonly preflight: string | null;
    /** @returns a folder for the repository, how commands are started, what fills it, empties it and takes it away */
    readonly make: (folder: string) => {
      readonly by: readonly string[];
      readonly fill: () => void;
      readonly free: () => void;
      readonly remove: () => void;
    };
  }

  /** Files may not grow at all: to be had on any machine and by any user. */
  const limit: Roomless = {
    what: 'files that may not grow',
    says: /the file size limit/,
    preflight: null,
    make: () => {
      const by: string[] = [];
      return {
        by,
        fill: () => void by.push('sh', '-c', `trap '' XFSZ; ulimit -f 0; exec "$@"`, 'sh'),
        free: () => void by.splice(0),
        remove: () => {},
      };
    },
  };

  /** A small file system of its own, filled to the last byte. */
  const disk: Roomless = {
    what: 'a full disk',
    says: /space|nearly full/,
    preflight: 'The disk is nearly full: 0 MiB are left.',
    make: (folder) => {
      mount(folder);
      const files = [join(folder, 'fill'), join(folder, 'rest')] as const;
      const fill = `dd if=/dev/zero of='${files[0]}' bs=1M 2>/dev/null; cat /dev/zero > '${files[1]}' 2>/dev/null; true`;
      return {
        by: [],
        fill: () => void execFileSync('sh', ['-c', fill], { stdio: 'ignore' }),
        free: () => files.forEach((file) => rmSync(file, { force: true })),
        remove: () => unmount(folder),
      };
    },
  };

  const mount = (folder: string): unknown =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', folder], { stdio: 'ignore' });
  const unmount = (folder: string): unknown => execFileSync('umount', ['-l', folder], { stdio: 'ignore' });

  /** Mounting takes a right that not every machine gives. */
  function mayMount(): boolean {
    const folder = mkdtempSync(join(tmpdir(), 'kanban-mount-'));
    try {
      mount(folder);
      unmount(folder);
      return true;
    } catch {
      return false;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What root may do without having the right: taken away, so that permissions count for it too. */
  const AS_ANYONE =
    process.getuid?.() === 0
      ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search,-fowner', '--inh-caps=-all', '--']
      : [];

  it.each(mayMount() ? [limit, disk] : [limit])(
    '$what: it is said, nothing is half done, and work continues when there is room (I1)',
    ({ says, preflight, make }) => {
      const repo = made();
      const folder = join(repo.folder, 'small');
      mkdirSync(folder);
      const { by, fill, free, remove } = make(folder);
      try {
        const at = join(folder, 'repo');
        repo.git('clone', '-q', repo.root, at);
        for (const [key, value] of [
          ['user.name', 'Ada'],
          ['user.email', 'ada@example.com'],
        ] as const)
          repo.git('-C', at, 'config', key, value);
        const state = (): string[] => [
          repo.git('-C', at, 'rev-parse', 'HEAD'),
          repo.git('-C', at, 'status', '--porcelain'),
        ];
        const before = state();
        fill();
        for (const args of [
          ['add', 'x'],
          ['run', '--until-done'],
        ]) {
          const { code, all } = repo.kanbanBy(by, at, {}, ...args);
          expect([[2, 3].includes(code ?? -1), all]).toEqual([true, expect.stringMatching(says)]);
        }
        if (preflight !== null)
          expect(repo.kanbanBy(by, at, {}, 'preflight')).toMatchObject({
            code: 3,
            out: expect.stringContaining(preflight),
          });
        free();
        expect(state()).toEqual(before);
        expect(repo.kanbanBy(by, at, {}, 'add', 'One', '--body', '```sh\necho 1 > 1\n```').code).toBe(0);
        const done = repo.kanbanBy(by, at, {}, 'run', '--until-done');
        expect([done.code, existsSync(join(at, '1'))], done.all).toEqual([0, true]);
      } finally {
        remove();
      }
    },
  );

  it.each(['board/TODO.md', 'board'])('I7: %s that is a symbolic link is named, not followed', (link) => {
    const repo = made();
    repo.add('One', 'echo 1 > 1');
    const elsewhere = join(repo.folder, 'elsewhere');
    renameSync(join(repo.root, link), elsewhere);
    symlinkSync(elsewhere, join(repo.root, link));
    const todo = join(repo.root, 'board/TODO.md');
    writeFileSync(todo, 'a secret\n');
    const before = repo.git('rev-parse', 'main');
    for (const args of [['add', 'Two'], ['status'], ['preflight'], ['run', '--until-done']])
      expect(repo.kanban(...args).all).toContain(`${link} is a symbolic link`);
    expect([readFileSync(todo, 'utf8'), repo.git('rev-parse', 'main')]).toEqual(['a secret\n', before]);
    execFileSync('sh', ['-c', `rm ${link} && git checkout -- ${link}`], { cwd: repo.root });
    expect(repo.kanban('run', '--until-done').code).toBe(0);
    expect(repo.has('1')).toBe(true);
  });

  it('a column file that may not be written is named, and waited for', async () => {
    const repo = made();
    repo.add('One', 'echo 1 > 1');
    const file = join(repo.root, 'board/TODO.md');
    const before = readFileSync(file, 'utf8');
    chmodSync(file, 0o444);
    const run = repo.startBy(AS_ANYONE, 'run');
    await run.says(/picks: waits, .*board\/TODO\.md.* can't be written/);
    expect([
      readFileSync(file, 'utf8'),
      repo.git('status', '--porcelain'),
      repo.git('log', '-1', '--format=%s'),
    ]).toEqual([before, '', 'kanban: T-1 added']);
    chmodSync(file, 0o644);
    await run.says('T-1 landed');
    run.signal('SIGTERM');
    expect(await run.ended()).toBe(130);
  });
});

const hasScript = spawnSync('sh', ['-c', 'command -v script']).status === 0;

describe.skipIf(!hasScript)('on a terminal', () => {
  it.each([
    [String.raw`\n`, 'mine\n', 2],
    [String.raw`\004`, 'mine\n', 130],
    [String.raw`2\n`, null, 0],
  ])('export asks before it replaces a file: %j', async (typed, kept, code) => {
    const repo = made();
    const folder = join(repo.folder, 'bundle');
    expect(repo.kanban('export', folder).code).toBe(0);
    const guide = join(folder, 'KANBAN.md');
    const whole = readFileSync(guide, 'utf8');
    writeFileSync(guide, 'mine\n');
    const onTerminal = ['sh', '-c', `printf '${typed}' | script -qec "'$1' '$2' '$3' '$4'" /dev/null`, 'sh'];
    const said = repo.kanbanBy(onTerminal, repo.root, {}, 'export', folder);
    expect([said.code, said.out]).toEqual([code, expect.stringContaining('Replace what is different?')]);
    expect(readFileSync(guide, 'utf8')).toBe(kept ?? whole);
  });
});
