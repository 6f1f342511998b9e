import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedWatch } from '../../../src/coordinator/shared-state/shared-watch.ts';
import type { RunRecord } from '../../../src/runs/list-runs.ts';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import { git, type Repository } from '../../../src/git/git.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { closeRefs } from '../../../src/git/refs.ts';
import type { Found } from '../../../src/pipeline/world.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import type { RunResult } from '../../../src/contract/result.ts';
import { traced, traceFile } from '../../../src/runner/git/git-trace.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
let repo: Repository;
let watch: SharedWatch;
let events: KanbanEvent[];

beforeEach(() => {
  rig = new RunRig();
  const commonDir = join(rig.root, '.git');
  repo = { root: rig.root, gitDir: commonDir, commonDir, objectFormat: 'sha1', shallow: false };
  events = [];
  watch = new SharedWatch(repo, (event) => events.push(event));
});
afterEach(async () => {
  closeRefs(repo);
  await rig.remove();
});

const record = (brief: Brief, result: Partial<RunResult> | null): RunRecord => ({
  runId: brief.runId,
  folder: join(rig.root, '.kanban', 'runs', brief.runId),
  brief,
  claim: null,
  state: result === null ? 'alive' : 'ended',
  stop: null,
  cause: null,
  result: result as RunResult | null,
  taken: null,
  reportText: () => null,
});

interface Begun {
  readonly brief: Brief;
  /** In its worktree, as its agent. */
  readonly does: (script: string) => void;
  readonly record: RunRecord;
  readonly ends: (tip?: string) => RunRecord;
}

async function begun(): Promise<Begun> {
  const brief = rig.brief();
  const folder = rig.folder(brief);
  await watch.observe([]);
  for (const [name, text] of Object.entries(await watch.before(brief.runId, brief.base)))
    writeFileSync(join(folder, name), text);
  const startedAt = Date.now();
  const env = {
    ...process.env,
    ...traced(brief),
    GIT_AUTHOR_NAME: brief.identity.name,
    GIT_AUTHOR_EMAIL: brief.identity.email,
    GIT_COMMITTER_NAME: brief.identity.name,
    GIT_COMMITTER_EMAIL: brief.identity.email,
  };
  return {
    brief,
    does: (script) => void execFileSync('sh', ['-ec', script], { cwd: rig.worktree, env, stdio: 'pipe' }),
    record: record(brief, null),
    ends: (tip = rig.sha('T-1')) => record(brief, { startedAt, endedAt: Date.now(), tip }),
  };
}

async function after(script: string): Promise<Found & { readonly run: Begun }> {
  const run = await begun();
  run.does(script);
  const tip = readFileSync(join(rig.root, '.git/refs/heads/T-1'), 'utf8').trim();
  await watch.observe([run.ends(tip)]);
  return { ...(watch.found.get(run.brief.runId) ?? { faults: [], notes: [] }), run };
}

const said = (): string => events.map((event) => ('message' in event ? event.message : event.type)).join('\n');
const config = (): string => readFileSync(join(rig.root, '.git', 'config'), 'utf8');
/** What a message offers after this word, run as it stands there. */
const copied = (text: string | undefined, word: string): void =>
  void execFileSync('sh', ['-ec', (text ?? '').split(word)[1]?.trim() ?? 'false'], { cwd: rig.root, stdio: 'pipe' });

describe('I6, I12: settings that a run changes are restored and reported with the run', () => {
  it.each([
    ['git config core.bare true', /^core\.bare in \.git\/config \("false" → "true"\)/],
    ['git config core.worktree /tmp', /^core\.worktree in/],
    ['git config user.name "Test User"', /^user\.name in .*"Person" → "Test User"/],
    ['git config --unset user.email', /^user\.email in .*not set/],
    ['git config --remove-section user', /^user\./],
    ['git config core.fsmonitor ./x', /^core\.fsmonitor/],
    ['git config core.hooksPath ./hooks', /^core\.hookspath/],
    ['git config alias.x "!rm"', /^alias\.x/],
    ['git config pull.rebase true', /^pull\.rebase/],
    ['git config include.path /tmp/evil', /^include\.path/],
    ['git config remote.origin.url /evil', /^remote\.origin\.url/],
    ['git remote add evil /evil', /^remote\.evil\./],
    ['git config kanban.base other', /^kanban\.base/],
    ['git config --replace-all core.bare true', /^core\.bare/],
    ['printf "[core]\\n\\tbare = true\\n" >> "$(git rev-parse --git-common-dir)/config"', /^core\.bare/],
    ['echo garbage [ >> "$(git rev-parse --git-common-dir)/config"', /^\.git\/config/],
    ['rm "$(git rev-parse --git-common-dir)/config"', /^\.git\/config/],
  ])('%s', async (script, fault) => {
    const before = config();
    const { faults, run } = await after(script);
    expect(config()).toBe(before);
    expect(faults.length).toBeGreaterThan(0);
    for (const one of faults) expect(one).toMatch(fault);
    expect(said()).toContain(`run ${run.brief.runId}: ${faults[0]}`);
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual(faults);
  });

  it('at once, while the run continues', async () => {
    const run = await begun();
    run.does('git config core.bare true');
    expect(await watch.observe([run.record])).toBe(true);
    expect(rig.git('rev-parse', '--is-bare-repository')).toBe('false');
    expect(await watch.observe([run.record])).toBe(false);
  });

  it('also what it changes while another setting is restored', async () => {
    const run = await begun();
    // Of the user: single settings are restored then, not the whole file.
    rig.git('config', 'color.ui', 'always');
    run.does('git config core.bare true');
    const look = watch.observeFiles([run.record]);
    run.does('until git config user.name Other; do :; done');
    await look;
    await watch.observe([run.record]);
    expect(config()).toContain('ui = always');
    expect(rig.git('config', 'user.name')).toBe('Person');
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([
      expect.stringMatching(/^core\.bare/),
      expect.stringMatching(/^user\.name/),
    ]);
  });

  it('the command that the message offers to the user works when copied', async () => {
    const { faults } = await after(
      "git config user.name \"It's me\" && git config --add user.x a && git config --add user.x 'b c'",
    );
    for (const fault of faults) copied(fault, 'If you changed it yourself: ');
    expect(rig.git('config', 'user.name')).toBe("It's me");
    expect(rig.git('config', '--get-all', 'user.x')).toBe('a\nb c');
  });

  it('what the user changes meanwhile stays, and is only reported', async () => {
    const run = await begun();
    rig.git('config', 'pull.rebase', 'true');
    run.does('git config core.bare true');
    await watch.observe([run.ends()]);
    const found = watch.found.get(run.brief.runId);
    expect(rig.git('config', 'pull.rebase')).toBe('true');
    expect(rig.git('config', 'core.bare')).toBe('false');
    expect(found?.faults).toEqual([expect.stringMatching(/^core\.bare/)]);
    expect(found?.notes).toEqual([expect.stringMatching(/^pull\.rebase .* kanban cannot tell/)]);
  });

  it('what the user changes while no run is active counts from then on', async () => {
    await watch.observe([]);
    rig.git('config', 'core.editor', 'vim');
    rig.git('config', 'filter.x.clean', 'cat');
    await watch.observe([]);
    const { faults, notes } = await after('git config user.name other');
    expect(rig.git('config', 'core.editor')).toBe('vim');
    expect(rig.git('config', 'filter.x.clean')).toBe('cat');
    expect([faults.length, notes.length]).toEqual([1, 0]);
  });

  it('what ordinary commands write in passing is left alone', async () => {
    rig.git('remote', 'add', 'origin', rig.root);
    const { faults, notes } = await after('git config user.name && git branch --set-upstream-to=main -q');
    expect([faults, notes]).toEqual([[], []]);
    expect(rig.git('config', 'branch.T-1.merge')).toBe('refs/heads/main');
  });

  it('with two runs active, the one that did it fails and the other does not', async () => {
    const run = await begun();
    const other = { ...rig.brief(), taskId: 'T-2' };
    rig.folder(other);
    writeFileSync(traceFile(other), '');
    run.does('git config core.bare true');
    await watch.observe([run.record, record(other, null)]);
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
    expect(watch.found.get(other.runId)).toBeUndefined();
  });

  it('I8: found by the next coordinator, too', async () => {
    const run = await begun();
    run.does('git config core.bare true');
    watch = new SharedWatch(repo, (event) => events.push(event));
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
    expect(rig.git('config', 'core.bare')).toBe('false');
    const again = new SharedWatch(repo, () => {});
    await again.observe([run.ends()]);
    expect(again.found.get(run.brief.runId)?.faults).toHaveLength(1);
  });
});

const taken = (run: RunRecord): RunRecord => ({ ...run, taken: { at: Date.now(), commit: null, why: '' } });
const G = 'G="$(git rev-parse --git-common-dir)"';
const lock = (): string => join(rig.root, '.git', 'config.lock');
const kept = (): string[] => {
  const folder = join(rig.root, '.git', 'kanban', 'shared', 'kept');
  return existsSync(folder) ? readdirSync(folder) : [];
};
/** Looks until nothing waits: by the clock of the backoff. */
async function untilRestored(records: readonly RunRecord[]): Promise<void> {
  const end = Date.now() + 30_000;
  do {
    await watch.observe(records);
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (watch.held !== null && Date.now() < end);
  expect(watch.held).toBeNull();
}

describe('I6, I12: a change that can not be restored is never trusted, and holds landings', () => {
  it.each([
    ['a setting', '[gpg]\n\tprogram = /tmp/evil\n', 0],
    ['a text that is no config', '[gpg\n', 1],
  ])('a lock on the config: %s', async (_, text, copies) => {
    const path = join(rig.root, '.git', 'config');
    const before = readFileSync(path, 'utf8');
    const run = await begun();
    const head = rig.sha('T-1');
    appendFileSync(path, text);
    writeFileSync(`${path}.lock`, '');
    for (let n = 0; n < 5; n += 1) await watch.observe([run.record]);
    expect(watch.held).toContain('config');
    const fault = watch.found.get(run.brief.runId)?.faults[0];
    expect(fault).toMatch(/kanban cannot restore it now .* holds landings until then/);
    expect(fault).not.toContain('and restored');
    const { length } = events;
    expect(length).toBeLessThanOrEqual(2);
    expect(kept().length).toBe(copies);
    for (let n = 0; n < 5; n += 1) await watch.observe([taken(run.ends(head))]);
    expect(events.length).toBe(length);
    expect(kept().length).toBe(copies);
    // I8: the next coordinator does not trust it either.
    watch = new SharedWatch(repo, (event) => events.push(event));
    await watch.observe([]);
    expect(watch.held).toContain('config');
    expect(readFileSync(path, 'utf8')).toBe(`${before}${text}`);
    rmSync(`${path}.lock`, { force: true });
    await untilRestored([]);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(said()).toContain('landings continue');
  });

  it('git takes no lock for info/exclude: a file of that name keeps nothing from being restored', async () => {
    const { faults } = await after(`${G}; echo '*' >> $G/info/exclude; echo x > $G/info/exclude.lock`);
    expect(readFileSync(join(rig.root, '.git/info/exclude'), 'utf8')).not.toMatch(/^\*$/m);
    expect(readFileSync(join(rig.root, '.git/info/exclude.lock'), 'utf8')).toBe('x\n');
    expect(faults).toEqual([expect.stringContaining('.git/info/exclude was changed, and restored')]);
  });

  it('a lock that no git holds goes by itself', async () => {
    const before = config();
    const run = await begun();
    run.does('touch ../../.git/config.lock; printf "[gpg]\\n\\tprogram = /evil\\n" >> ../../.git/config');
    await watch.observe([run.record]);
    expect(watch.held).toContain('gpg.program');
    await untilRestored([run.record]);
    expect(config()).toBe(before);
    expect(existsSync(lock())).toBe(false);
  });

  it('what the user sets meanwhile, with no run active, stays', async () => {
    const run = await begun();
    appendFileSync(join(rig.root, '.git/config'), '[gpg]\n\tprogram = /tmp/evil\n');
    writeFileSync(lock(), '');
    await watch.observe([run.record]);
    rmSync(lock());
    rig.git('config', 'user.name', 'New Name');
    await untilRestored([taken(run.ends())]);
    expect(rig.git('config', 'user.name')).toBe('New Name');
    expect(config()).not.toContain('evil');
  });
});

it.each(['core.bare true', 'core.worktree /tmp', 'core.repositoryFormatVersion 99'])(
  'I8: a coordinator that begins restores `git config %s` before it asks git for anything',
  async (setting) => {
    const before = config();
    const run = await begun();
    rig.write(`.kanban/runs/${run.brief.runId}/brief.json`, '{}');
    run.does(`git config ${setting}`);
    const opened = await openRepository(rig.root, true);
    expect(opened.ok && opened.value).toEqual(repo);
    watch = new SharedWatch(repo, (event) => events.push(event));
    expect(await watch.observeFiles([run.record])).toBe(true);
    expect(config()).toBe(before);
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
    expect(await openRepository(rig.root)).toEqual(opened);
  },
);

describe('I6: a setting that the user changes while a run is active', () => {
  it.each([
    ['core.hooksPath', '.githooks', false],
    ['core.fsmonitor', 'true', false],
    ['core.excludesFile', '/tmp/excludes', true],
    ['core.fileMode', 'false', true],
    ['core.editor', 'vim', true],
  ])('git config %s %s costs the run nothing', async (key, value, stays) => {
    const before = config();
    const run = await begun();
    rig.git('config', key, value);
    run.does('git config user.name; git commit -q --allow-empty -m x');
    await watch.observe([run.ends()]);
    const found = watch.found.get(run.brief.runId);
    expect(found?.faults).toEqual([]);
    expect(found?.notes).toHaveLength(1);
    if (stays) expect(rig.git('config', key)).toBe(value);
    else {
      expect(config()).toBe(before);
      copied(found?.notes[0], 'If you changed it yourself: ');
      expect(rig.git('config', key)).toBe(value);
    }
  });
});

describe('I8: what an agent puts in place of a file that is read costs nobody but its own run', () => {
  const fifo = (path: string): void => {
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
  };

  it.each(['null', '3', '{}', '{"faults":3,"notes":null}', '{"head":1,"stash":{},"refs":[1]}', 'fifo', 'folder'])(
    'found.json and shared.json: %s',
    async (text) => {
      const run = await begun();
      const other = { ...rig.brief(), taskId: 'T-2' };
      rig.folder(other);
      writeFileSync(traceFile(other), '');
      for (const name of ['found.json', 'shared.json']) {
        const path = join(run.record.folder, name);
        if (text === 'fifo') fifo(path);
        else if (text === 'folder') {
          rmSync(path, { force: true });
          mkdirSync(path);
        } else writeFileSync(path, text);
      }
      run.does('git config core.bare true');
      const ended = record(other, { startedAt: Date.now(), endedAt: Date.now(), tip: rig.sha('main') });
      for (const fresh of [false, true]) {
        if (fresh) watch = new SharedWatch(repo, (event) => events.push(event));
        await watch.observe([run.ends(), ended]);
        expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
        expect(watch.found.get(other.runId)?.done).toBe(true);
        expect(rig.git('config', 'core.bare')).toBe('false');
      }
    },
  );

  it('no agent can declare itself looked at', async () => {
    const run = await begun();
    writeFileSync(join(run.record.folder, 'found.json'), '{"faults":[],"notes":[],"done":true}');
    writeFileSync(join(run.record.folder, 'shared.json'), '{"head":"","stash":[],"refs":{}}');
    run.does('git update-ref -d refs/heads/gone; git tag v9');
    await watch.observe([run.record]);
    run.does(`rm '${traceFile(run.brief)}'; git config core.bare true`);
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([expect.stringContaining('core.bare')]);
    expect(rig.git('config', 'core.bare')).toBe('false');
  });

  it('a FIFO or a folder as the reflog of the stash, a hook, info/exclude or a shared copy', async () => {
    const run = await begun();
    mkdirSync(join(rig.root, '.git/logs/refs'), { recursive: true });
    fifo(join(rig.root, '.git/logs/refs/stash'));
    mkdirSync(join(rig.root, '.git/hooks'), { recursive: true });
    fifo(join(rig.root, '.git/hooks/pre-commit'));
    fifo(join(rig.root, '.git/info/exclude'));
    await watch.observe([run.ends()]);
    expect(readFileSync(join(rig.root, '.git/info/exclude'), 'utf8')).toBe('KANBAN_REPORT*\n');
    for (const text of ['{"config":3}', '[]', 'x']) {
      writeFileSync(join(rig.root, '.git/kanban/shared/files.json'), text);
      await new SharedWatch(repo, () => {}).observe([(await begun()).record]);
    }
    fifo(join(rig.root, '.git/kanban/shared/files.json'));
    fifo(join(rig.root, '.git/kanban/shared/config'));
    rig.git('config', 'filter.x.clean', 'cat');
    await new SharedWatch(repo, () => {}).observe([run.record]);
  });
});

describe('I6, I12: files of the git dir', () => {
  it.each(['info/exclude', 'info/attributes', 'info/grafts', 'hooks/pre-commit'])('%s', async (file) => {
    const path = join(rig.root, '.git', file);
    mkdirSync(join(path, '..'), { recursive: true });
    const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
    const { faults } = await after(`echo '*' >> "$(git rev-parse --git-common-dir)/${file}"`);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(before);
    expect(faults).toEqual([
      expect.stringMatching(`^\\.git/${file} was changed, and restored. If you changed it yourself: cp `),
    ]);
    copied(faults[0], 'If you changed it yourself: ');
    expect(readFileSync(path, 'utf8')).toBe(`${before ?? ''}*\n`);
  });

  it('a hook that an install in the worktree wrote is taken away, and no failure of the run', async () => {
    const { faults, notes } = await after(
      'd="$(git rev-parse --git-common-dir)/hooks"; mkdir -p "$d"; printf "#!/bin/sh\\nlefthook run\\n" > "$d/pre-commit"',
    );
    expect(faults).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(existsSync(join(rig.root, '.git/hooks/pre-commit'))).toBe(false);
  });
});

describe('I6, I7: nothing is read, written or removed through a link', () => {
  it.each(['..', '/'])('hooks or info as a link (%s + a folder of the user)', async (kind) => {
    const folder = kind === '..' ? rig.root : join(rig.root, 'mine');
    mkdirSync(folder, { recursive: true });
    const hook = join(rig.root, '.git/hooks/pre-push');
    mkdirSync(join(hook, '..'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
    for (const name of ['.env', 'exclude', 'attributes']) writeFileSync(join(folder, name), 'SECRET\n');
    const exclude = readFileSync(join(rig.root, '.git/info/exclude'), 'utf8');
    const to = kind === '..' ? '..' : folder;
    const { faults } = await after(`${G}; rm -rf $G/hooks $G/info; ln -s '${to}' $G/hooks; ln -s '${to}' $G/info`);
    for (const name of ['.env', 'exclude', 'attributes'])
      expect(readFileSync(join(folder, name), 'utf8')).toBe('SECRET\n');
    expect(lstatSync(join(rig.root, '.git/hooks')).isDirectory()).toBe(true);
    expect(readFileSync(hook, 'utf8')).toBe('#!/bin/sh\n');
    expect(readFileSync(join(rig.root, '.git/info/exclude'), 'utf8')).toBe(exclude);
    expect(faults.join('\n')).toContain('.git/hooks was changed, and restored');
    expect(faults.join('\n')).toContain('.git/info was changed, and restored');
  });

  it('a link of the user’s stays one', async () => {
    mkdirSync(join(rig.root, 'githooks'));
    rmSync(join(rig.root, '.git/hooks'), { recursive: true, force: true });
    symlinkSync('../githooks', join(rig.root, '.git/hooks'));
    const { faults } = await after(`${G}; rm $G/hooks; mkdir $G/hooks; echo x > $G/hooks/pre-commit`);
    expect(readlinkSync(join(rig.root, '.git/hooks'))).toBe('../githooks');
    expect(readdirSync(join(rig.root, 'githooks'))).toEqual([]);
    expect(faults).toHaveLength(2);
  });
});

describe('I12: hooks of any kind', () => {
  const hook = (): string => join(rig.root, '.git/hooks/pre-commit');
  beforeEach(() => mkdirSync(join(rig.root, '.git/hooks'), { recursive: true }));

  it.each([
    ['a link', 'ln -s /bin/true $G/hooks/pre-commit'],
    ['a dangling link', 'ln -s /nowhere $G/hooks/pre-commit'],
    ['a big file', 'head -c 1500000 /dev/zero > $G/hooks/pre-commit'],
    ['a FIFO', 'mkfifo $G/hooks/pre-commit'],
  ])('%s is taken away', async (_, script) => {
    const { faults } = await after(`${G}; ${script}`);
    expect(lstatSync(hook(), { throwIfNoEntry: false })).toBeUndefined();
    expect(faults).toEqual([expect.stringContaining('.git/hooks/pre-commit was changed, and restored')]);
  });

  it('a big one is restored', async () => {
    const big = Buffer.alloc(1_500_000, 'a');
    writeFileSync(hook(), big, { mode: 0o755 });
    const { faults } = await after(`${G}; echo b >> $G/hooks/pre-commit`);
    expect(readFileSync(hook()).equals(big)).toBe(true);
    expect(lstatSync(hook()).mode & 0o777).toBe(0o755);
    expect(faults).toHaveLength(1);
  });
});

describe('I6, I12: files that decide which objects the repository has', () => {
  it('an alternate: what is only there is copied into the repository before it goes', async () => {
    const other = join(rig.root, '..', 'other-objects');
    const { faults } = await after(
      `${G}; mkdir -p '${other}'; echo '${other}' > $G/objects/info/alternates; echo new > new.txt
       GIT_OBJECT_DIRECTORY='${other}' GIT_ALTERNATE_OBJECT_DIRECTORIES=$G/objects sh -ec 'git add new.txt; git commit -qm new'`,
    );
    expect(existsSync(join(rig.root, '.git/objects/info/alternates'))).toBe(false);
    expect(faults).toEqual([expect.stringContaining('.git/objects/info/alternates was changed, and restored')]);
    expect(rig.git('show', 'T-1:new.txt')).toBe('new');
    rmSync(other, { recursive: true });
  });

  it.each(['mkfifo $G/objects/info/alternates', 'ln -s .. $G/objects/info/alternates'])('%s', async (script) => {
    const { faults } = await after(`${G}; ${script}`);
    expect(lstatSync(join(rig.root, '.git/objects/info/alternates'), { throwIfNoEntry: false })).toBeUndefined();
    expect(faults).toHaveLength(1);
  });

  it('shallow, written to hide commits', async () => {
    rig.git('commit', '-q', '--allow-empty', '-m', 'more');
    const { faults } = await after(`${G}; git rev-parse main > $G/shallow`);
    expect(rig.git('rev-list', '--count', 'main')).not.toBe('1');
    expect(faults).toEqual([expect.stringContaining('.git/shallow was changed, and restored')]);
  });
});

describe('I12: programs that settings in other places name', () => {
  const ran = (): boolean => existsSync(join(rig.root, 'ran'));
  const program = (): string => `sh -c 'touch ${join(rig.root, 'ran')}; cat'`;
  const uses = async (cwd: string): Promise<void> => {
    writeFileSync(join(cwd, '.gitattributes'), '* filter=x\n');
    writeFileSync(join(cwd, 'new.txt'), 'new\n');
    await git(['add', 'new.txt'], { cwd });
    await git(['reset', '-q'], { cwd });
  };

  it("the settings of the agent's own worktree", async () => {
    rig.git('config', 'extensions.worktreeConfig', 'true');
    const run = await begun();
    run.does(`git config --worktree filter.x.clean "${program()}"; git config --worktree core.sparseCheckout false`);
    await uses(rig.worktree);
    expect(ran()).toBe(false);
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([expect.stringMatching(/^filter\.x\.clean in /)]);
    expect(rig.inTask('config', '--worktree', '--list')).toContain('core.sparsecheckout=false');
    expect(() => rig.inTask('config', 'filter.x.clean')).toThrow();
  });

  it('a file that the settings include, changed alone and together with them', async () => {
    rig.write('.gitconfig', '[filter "y"]\n\tclean = cat\n');
    rig.git('config', 'include.path', '../.gitconfig');
    const run = await begun();
    rig.write('.gitconfig', `[filter "x"]\n\tclean = "${program()}"\n`);
    await uses(rig.worktree);
    expect(ran()).toBe(false);
    run.does('git config user.name other');
    await watch.observe([run.record]);
    await uses(rig.worktree);
    expect(ran()).toBe(false);
    run.does(`${G}; rm -rf $G/kanban`);
    await uses(rig.worktree);
    expect(ran()).toBe(false);
  });
});

it('I6: a git that waits for a FIFO continues, and what stood there is restored', async () => {
  rig.write('.gitconfig', '[user]\n\tx = y\n');
  rig.git('config', 'include.path', '../.gitconfig');
  const before = config();
  const run = await begun();
  await watch.observe([run.record]);
  run.does(
    `${G}; git rev-parse HEAD; for f in config info/attributes index HEAD refs/heads/x ../.gitconfig; do rm -f $G/$f; mkfifo $G/$f; done`,
  );
  // Whatever it makes of the repository, it comes back.
  await git(['config', '--file', join(rig.root, '.git/config'), '--list'], { cwd: '/', okExit: [0, 1, 128] });
  await watch.observe([run.ends(rig.sha('T-1'))]);
  expect(config()).toBe(before);
  expect(readFileSync(join(rig.root, '.gitconfig'), 'utf8')).toContain('x = y');
  expect(rig.git('branch', '--show-current')).toBe('main');
  const faults = watch.found.get(run.brief.runId)?.faults.join('\n');
  expect(faults).toMatch(/\.git\/index.* was made a FIFO .* Fix: git reset/);
});

describe('I6: the stash', () => {
  const stash = (text: string): string => {
    rig.write('file.txt', `${text}\n`);
    rig.git('stash', 'push', '-q', '-m', text);
    return rig.sha('stash@{0}');
  };

  it("the user's stash is restored, in order; what came of it in the branch is for the user to decide", async () => {
    const shas = [stash('one'), stash('private')];
    const { faults, escalate } = await after('git stash pop -q && git add -A && git commit -qm work');
    expect(rig.git('stash', 'list', '--format=%H').split('\n')).toEqual(shas.toReversed());
    expect(faults).toEqual([expect.stringContaining('it took your stash')]);
    expect(escalate).toContain('private');
    copied(escalate?.split(' (or')[0], 'Fix: ');
    expect(rig.sha('T-1')).toBe(rig.sha('main'));
  });

  it('dropped or cleared: restored, and the run fails', async () => {
    const shas = [stash('one'), stash('two')];
    const { faults, escalate } = await after('git stash clear');
    expect(rig.git('stash', 'list', '--format=%H').split('\n')).toEqual(shas.toReversed());
    expect(faults).toHaveLength(1);
    expect(escalate).toBeUndefined();
  });

  it('the agent leaves its own work in a stash: the finding names it, and the fix works', async () => {
    const { faults } = await after('echo mine > mine.txt; git add mine.txt; git stash push -q -m half');
    expect(faults).toEqual([
      expect.stringMatching(
        /^it left work in a stash, [0-9a-f]{10} \(On T-1: half\)\. Fix: git stash apply [0-9a-f]{40}, /,
      ),
    ]);
    rig.inTask('stash', 'apply', '-q', /apply (\w+)/.exec(faults[0] ?? '')?.[1] ?? '');
    expect(readFileSync(join(rig.worktree, 'mine.txt'), 'utf8')).toBe('mine\n');
    const next = await begun();
    next.does('git stash drop -q');
    await watch.observe([next.ends()]);
    expect(watch.found.get(next.brief.runId)?.faults).toEqual([]);
    expect(rig.git('stash', 'list')).toBe('');
  });

  it('what the user does with the stash meanwhile is theirs', async () => {
    stash('mine');
    const run = await begun();
    rig.git('stash', 'pop', '-q');
    run.does('echo x > x.txt; git add -A; git commit -qm x');
    await watch.observe([run.ends()]);
    expect(rig.git('stash', 'list')).toBe('');
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([]);
  });
});

describe('I6: refs other than the task’s', () => {
  beforeEach(() => {
    rig.git('branch', 'feature');
    rig.git('tag', 'v1');
    rig.git('commit', '-q', '--allow-empty', '-m', 'more');
  });

  it.each([
    ['git branch -q -D feature', 'refs/heads/feature was deleted, and restored'],
    ['git branch -q -f feature main', 'refs/heads/feature was moved, and restored'],
    ['git update-ref refs/heads/feature main', 'refs/heads/feature was moved, and restored'],
    ['git push -q . +main:feature', 'refs/heads/feature was moved, and restored'],
    [
      'git symbolic-ref refs/heads/feature refs/heads/main',
      'refs/heads/feature was made an alias of refs/heads/main .*, and restored',
    ],
    ['git symbolic-ref refs/tags/latest refs/heads/feature', 'refs/tags/latest was made, and restored'],
    ['git tag -d v1', 'refs/tags/v1 was deleted, and restored'],
    ['git tag -f v1 main', 'refs/tags/v1 was moved, and restored'],
    ['git tag v2', 'refs/tags/v2 was made, and restored'],
    ['git update-ref -d refs/tags/v1', 'refs/tags/v1 was deleted, and restored'],
  ])('%s', async (script, fault) => {
    const refs = rig.git('for-each-ref', 'refs/heads', 'refs/tags');
    const { faults } = await after(script);
    expect(faults).toEqual([expect.stringMatching(`^${fault}`)]);
    expect(rig.git('for-each-ref', 'refs/heads', 'refs/tags')).toBe(refs);
  });

  it('what one run has made of a branch is never what another one is restored to', async () => {
    const feature = rig.sha('feature');
    const first = await begun();
    first.does('git branch -q -f feature main; git branch own main');
    // Begun while the branch is where the first one has put it.
    const second = await begun();
    await watch.observe([first.ends(), second.record]);
    expect([rig.sha('feature'), rig.git('branch', '--list', 'own')]).toEqual([feature, '']);
    second.does('git branch -q -f feature main~1; git branch -q -f feature main; git branch own main');
    await watch.observe([second.ends()]);
    expect([rig.sha('feature'), rig.git('branch', '--list', 'own')]).toEqual([feature, '']);
  });

  it.each(['this coordinator', 'an earlier one'])(
    'I8: what is restored counts after a restart, too, for a run of %s',
    async (starter) => {
      const feature = rig.sha('feature');
      const first = await begun();
      first.does('git branch -q -f feature main');
      const second = await begun();
      if (starter === 'an earlier one') watch = new SharedWatch(repo, (event) => events.push(event));
      await watch.observe([first.ends(), second.record]);
      second.does('git branch -q -f feature main~1; git branch -q -f feature main');
      watch = new SharedWatch(repo, (event) => events.push(event));
      await watch.observe([second.ends()]);
      expect(rig.sha('feature')).toBe(feature);
    },
  );

  it('an alias that names an equal commit is a change, too: the user’s branch does not move with base', async () => {
    rig.git('branch', '-f', 'feature', 'main');
    const { faults } = await after('git symbolic-ref refs/heads/feature refs/heads/main');
    expect(faults).toEqual([expect.stringContaining('refs/heads/feature was made an alias of refs/heads/main')]);
    rig.git('commit', '-q', '--allow-empty', '-m', 'next');
    expect(rig.sha('feature')).toBe(rig.sha('main~1'));
  });

  it('an alias of the user’s stays one, whatever the agent makes of it', async () => {
    rig.git('symbolic-ref', 'refs/heads/trunk', 'refs/heads/main');
    const { faults } = await after('git symbolic-ref refs/heads/trunk refs/heads/feature');
    expect(faults).toHaveLength(1);
    expect(rig.git('symbolic-ref', 'refs/heads/trunk')).toBe('refs/heads/main');
    await after('git update-ref --no-deref refs/heads/trunk feature');
    expect(rig.git('symbolic-ref', 'refs/heads/trunk')).toBe('refs/heads/main');
    rig.git('commit', '-q', '--allow-empty', '-m', 'base moves, and the alias with it');
    const run = await begun();
    run.does('git symbolic-ref refs/heads/trunk; git branch other; git branch -D other');
    rig.git('commit', '-q', '--allow-empty', '-m', 'and again');
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([]);
  });

  it('an alias of base that the agent made goes by itself, and base stays', async () => {
    const refs = rig.git('for-each-ref', 'refs/heads', 'refs/tags');
    await after('git symbolic-ref refs/heads/master refs/heads/main');
    expect(rig.git('for-each-ref', 'refs/heads', 'refs/tags')).toBe(refs);
  });

  it('what a restore replaces stays reachable', async () => {
    await after('git update-ref refs/heads/feature main && git tag -f v1 main');
    expect(rig.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/kanban/rescue').split('\n')).toEqual(
      [1, 2].map((n) => `refs/kanban/rescue/T-1/${n} ${rig.sha('main')}`),
    );
  });

  it.each([
    'git branch --list feature; git branch --contains feature; git branch -avv; git log -1 feature',
    'git tag -l v1; git tag --list v1; git tag -n v1; git tag --points-at v1; git tag --contains v1',
    'git checkout -q feature -- file.txt; git push -q --dry-run origin v1 || true; git symbolic-ref HEAD; git notes list',
  ])('what the user moves stays, while the agent only looks at it: %s', async (script) => {
    const run = await begun();
    run.does(script);
    rig.git('branch', '-f', 'feature', 'main');
    rig.git('tag', '-f', 'v1', 'main');
    rig.git('notes', 'add', '-m', 'mine');
    rig.git('switch', '-q', '-c', 'other');
    const refs = rig.git('for-each-ref');
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([]);
    expect(rig.git('for-each-ref')).toBe(refs);
  });

  it("another entry's branch, which lands meanwhile, stays as kanban left it", async () => {
    rig.git('branch', 'T-3', 'feature');
    rig.git('branch', 'T-4', 'feature');
    rig.git('update-ref', 'refs/kanban/start/T-3', 'feature');
    const run = await begun();
    run.does('git checkout -q T-3 -- file.txt; git branch -D T-3 || true');
    rig.git('update-ref', '-d', 'refs/kanban/start/T-3');
    rig.git('branch', '-f', 'T-4', 'main');
    const refs = rig.git('for-each-ref');
    await watch.observe([run.ends()]);
    expect(rig.git('for-each-ref')).toBe(refs);
  });

  it('a branch that the user moved after the run had moved it is left, and reported', async () => {
    const run = await begun();
    run.does('git branch -f feature main');
    rig.git('commit', '-q', '--allow-empty', '-m', 'mine');
    rig.git('branch', '-f', 'feature', 'main');
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([expect.stringContaining('left as it is. Before')]);
    expect(rig.sha('feature')).toBe(rig.sha('main'));
  });

  it('deleted and made again, or renamed: as before', async () => {
    const refs = rig.git('for-each-ref', 'refs/heads');
    await after('git branch -q -D feature; git branch feature main');
    expect(rig.git('for-each-ref', 'refs/heads')).toBe(refs);
    await after('git branch -m feature renamed');
    expect(rig.git('for-each-ref', 'refs/heads')).toBe(refs);
  });

  it('a branch that the agent made for itself is kept elsewhere, and no failure', async () => {
    const { faults, notes } = await after('git branch backup main');
    expect(faults).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('refs/heads/backup was made')]);
    expect(rig.git('for-each-ref', 'refs/heads/backup')).toBe('');
    expect(rig.git('rev-parse', 'refs/kanban/rescue/T-1/1')).toBe(rig.sha('main'));
  });

  it('what the user does with branches, tags and HEAD meanwhile is theirs', async () => {
    const run = await begun();
    rig.git('branch', '-D', 'feature');
    rig.git('tag', 'v3');
    rig.git('switch', '-q', '-c', 'other');
    run.does('git branch; git tag -l; echo x > x; git add x; git commit -qm x');
    await watch.observe([run.ends()]);
    expect(watch.found.get(run.brief.runId)?.faults).toEqual([]);
    expect(rig.git('branch', '--format=%(refname:short)')).toBe('T-1\nmain\nother');
  });

  it("I7: the user's checkout is not switched back, but the finding tells how, and it works", async () => {
    const { faults } = await after(`git -C '${rig.root}' switch -q feature`);
    expect(faults).toEqual([expect.stringMatching(/^it switched your checkout from main to feature; .* Fix: /)]);
    copied(faults[0], 'Fix: ');
    expect(rig.git('branch', '--show-current')).toBe('main');
  });
});

describe('I4, I6: base, moved by a run', () => {
  let before: string;
  beforeEach(() => {
    rig.write('file.txt', 'one\n');
    rig.git('commit', '-qam', 'one');
    rig.write('file.txt', 'two\n');
    rig.git('commit', '-qam', 'two');
    before = rig.sha('main');
    rig.git('update-ref', 'refs/kanban/seen', 'main');
  });

  it.each([
    ['back', 'git update-ref refs/heads/main main~1'],
    ['back, without a reflog', 'git -c core.logAllRefUpdates=false update-ref refs/heads/main main~1'],
    ['twice', 'git update-ref refs/heads/main main~1; git update-ref refs/heads/main main~1'],
    ['elsewhere', 'git commit -q --allow-empty -m own; git update-ref refs/heads/main HEAD'],
    ['by a push', 'git push -q -f . main~1:main || git update-ref refs/heads/main main~1'],
    ['away', 'git update-ref -d refs/heads/main'],
    ['to an alias', 'git branch own main~1; git symbolic-ref refs/heads/main refs/heads/own'],
  ])('%s: it is moved back at once, with what the user has staged and changed', async (how, script) => {
    rig.write('mine.txt', 'mine\n');
    rig.git('add', 'mine.txt');
    rig.write('file.txt', 'changed\n');
    const status = rig.git('status', '--porcelain');
    const run = await begun();
    run.does(script);
    const moved = rig.git('for-each-ref', '--format=%(objectname)', 'refs/heads/main');
    expect(await watch.observe([run.record])).toBe(true);
    expect([rig.sha('main'), rig.git('status', '--porcelain'), watch.baseHeld]).toEqual([before, status, null]);
    expect(rig.git('for-each-ref', '--format=%(symref)', 'refs/heads/main')).toBe('');
    const verb = how === 'away' ? 'deleted main, which was at' : 'moved main from';
    expect(said()).toContain(`run ${run.brief.runId}: it ${verb} ${before.slice(0, 10)}`);
    if (how === 'elsewhere') expect(rig.sha('refs/kanban/rescue/T-1/1')).toBe(moved);
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
    expect(await watch.observe([run.record])).toBe(false);
  });

  it('commits of the user that came after the coordinator’s are kept', async () => {
    rig.git('commit', '-q', '--allow-empty', '-m', 'mine');
    const mine = rig.sha('main');
    await after('git update-ref refs/heads/main refs/kanban/seen');
    expect(rig.sha('main')).toBe(mine);
  });

  it('I7: with the files of the checkout, it is held until the command of the message is given', async () => {
    rig.write('mine.txt', 'mine\n');
    const run = await begun();
    run.does(`git -C '${rig.root}' reset -q --hard main~1`);
    rig.write('own.txt', 'own\n');
    expect(await watch.observe([run.record])).toBe(false);
    expect([rig.sha('main'), readFileSync(join(rig.root, 'file.txt'), 'utf8')]).toEqual([
      rig.sha(`${before}~1`),
      'one\n',
    ]);
    copied(watch.baseHeld ?? '', 'Fix: ');
    await watch.observe([run.record]);
    expect([rig.sha('main'), watch.baseHeld]).toEqual([before, null]);
    expect(readFileSync(join(rig.root, 'mine.txt'), 'utf8')).toBe('mine\n');
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
  });

  it('what the user makes of base is theirs: rewritten, or accepted by a commit', async () => {
    const run = await begun();
    run.does('git log -1 main; git commit -q --allow-empty -m own');
    rig.git('reset', '-q', '--hard', 'main~1');
    await watch.observe([run.record]);
    expect([rig.sha('main'), watch.baseHeld]).toEqual([rig.sha(`${before}~1`), null]);
    run.does(`git -C '${rig.root}' reset -q --hard main~1`);
    rig.git('commit', '-q', '--allow-empty', '-m', 'mine');
    const mine = rig.sha('main');
    await watch.observe([run.ends()]);
    expect([rig.sha('main'), watch.baseHeld]).toEqual([mine, null]);
  });

  it('what the user does the same way afterwards is theirs: one command of a run accounts for one move', async () => {
    const run = await begun();
    run.does('git update-ref -d refs/heads/main');
    expect(await watch.observe([run.record])).toBe(true);
    expect(rig.sha('main')).toBe(before);
    rig.git('update-ref', '-d', 'refs/heads/main');
    expect(await watch.observe([run.record])).toBe(false);
    expect(rig.git('for-each-ref', 'refs/heads/main')).toBe('');
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
  });

  it('I8: it is moved back by the next coordinator, too', async () => {
    const run = await begun();
    run.does('git update-ref refs/heads/main main~1');
    watch = new SharedWatch(repo, (event) => events.push(event));
    await watch.observe([run.ends()]);
    expect(rig.sha('main')).toBe(before);
    expect(watch.found.get(run.brief.runId)?.faults).toHaveLength(1);
  });
});

describe("I7: the command that switches the user's checkout back works when copied", () => {
  const branches = (): void => {
    rig.git('switch', '-q', '-c', 'feature');
    rig.write('file.txt', 'of feature\n');
    rig.git('commit', '-qam', 'feature');
    rig.git('switch', '-q', 'main');
  };
  const dirty = (): string =>
    `${rig.git('status', '--porcelain')}\n${readFileSync(join(rig.root, 'mine.txt'), 'utf8')}`;

  it.each([
    ['a clean checkout', '', 'git switch -q feature'],
    ['HEAD alone, with changes of the user', 'mine', 'git symbolic-ref HEAD refs/heads/feature'],
    ['HEAD alone, with a change of the user in the way', 'in the way', 'git symbolic-ref HEAD refs/heads/feature'],
    ['HEAD alone, detached', 'mine', 'git update-ref --no-deref HEAD feature'],
    ['HEAD alone, to a branch without a commit', 'mine', 'git symbolic-ref HEAD refs/heads/none'],
    ['with changes that git carries along', 'mine', 'git switch -q feature'],
  ])('%s', async (_, mine, script) => {
    branches();
    rig.write('mine.txt', `${mine}\n`);
    rig.git('add', 'mine.txt');
    if (mine === 'in the way') rig.write('file.txt', mine);
    const before = dirty();
    const { faults } = await after(`cd '${rig.root}'; ${script}`);
    expect(faults).toEqual([expect.stringMatching(/^it switched your checkout from main to /)]);
    copied(faults[0], 'Fix: ');
    expect([rig.git('branch', '--show-current'), dirty()]).toEqual(['main', before]);
  });

  it('changed files that are in the way: they are kept in a stash', async () => {
    branches();
    const { faults } = await after(
      `cd '${rig.root}'; git switch -q feature; echo other > file.txt; echo new > new.txt`,
    );
    copied(faults[0], 'Fix: ');
    expect([rig.git('branch', '--show-current'), rig.git('status', '--porcelain')]).toEqual(['main', '']);
    expect(rig.git('show', 'stash@{0}:file.txt')).toBe('other');
    expect(rig.git('show', 'stash@{0}^3:new.txt')).toBe('new');
  });

  it('a detached HEAD', async () => {
    branches();
    rig.git('switch', '-q', '--detach');
    const { faults } = await after(`cd '${rig.root}'; git switch -q feature`);
    copied(faults[0], 'Fix: ');
    expect([rig.git('branch', '--show-current'), rig.sha('HEAD')]).toEqual(['', rig.sha('main')]);
  });
});

describe("I6: changes in the user's checkout that git no longer shows", () => {
  it.each(['--assume-unchanged', '--skip-worktree'])('%s: the files are named, and the command works', async (flag) => {
    rig.git('update-index', '--assume-unchanged', 'board/TODO.md');
    const { faults } = await after(`git -C '${rig.root}' update-index ${flag} file.txt other.txt`);
    rig.write('file.txt', 'changed\n');
    expect(faults).toEqual([expect.stringContaining('were hidden from git while it was active: file.txt, other.txt.')]);
    expect(rig.git('status', '--porcelain')).toBe('');
    copied(faults[0], 'Fix: ');
    expect(rig.git('status', '--porcelain')).toBe('M file.txt');
    expect(rig.git('ls-files', '-v', 'board/TODO.md')).toMatch(/^h /);
  });

  it('what no command of the run accounts for fails nothing', async () => {
    const run = await begun();
    run.does('git status');
    rig.git('update-index', '--assume-unchanged', 'file.txt');
    await watch.observe([run.ends()]);
    const { faults, notes } = watch.found.get(run.brief.runId) ?? {};
    expect([faults, notes]).toEqual([[], [expect.stringContaining('file.txt')]]);
  });
});

it("files that changed in the user's checkout meanwhile are reported with the run, once, and fail nothing", async () => {
  rig.write('old.txt', 'changed before\n');
  const { faults, notes, run } = await after(
    "echo x >> ../../other.txt; echo new > ../../new.txt; echo y > '../../board/TODO.md'",
  );
  expect(faults).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/^files in your checkout changed while it was active: other\.txt, new\.txt\. /),
  ]);
  expect(said()).toContain(run.brief.runId);
  const next = await begun();
  await watch.observe([next.ends()]);
  expect(watch.found.get(next.brief.runId)?.notes).toEqual([]);
});

it('files are looked for in the worktree that has base checked out, and in the main worktree', async () => {
  rig.git('switch', '-q', '-c', 'mine');
  rig.git('worktree', 'add', '-q', '.worktrees/main', 'main');
  const { notes } = await after('echo x >> ../main/other.txt; echo y > ../main/board/TODO.md; echo z > ../../new.txt');
  expect(notes).toEqual([
    expect.stringContaining(`changed while it was active: other.txt, ${join(rig.root, 'new.txt')}.`),
  ]);
});

it('a hostile trace is no more than a hint', async () => {
  const run = await begun();
  appendFileSync(
    traceFile(run.brief),
    '{"event":"start","argv":3}\nnot json "start"\n{"event":"start","argv":["git",{"a":1}]}\n',
  );
  await watch.observe([run.ends()]);
  expect(watch.found.get(run.brief.runId)?.faults).toEqual([]);
});
