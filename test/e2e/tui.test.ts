import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildQuickCli } from '../rig/build-quick-cli.ts';
import { PlainRepository } from './rig/plain-repository.ts';
import { hasTmux, PLAIN_MODES, Tmux } from './rig/tmux.ts';
import { until } from './rig/until.ts';

let cli: string;
const open: { close(): void | Promise<void> }[] = [];
beforeAll(async () => {
  ({ cli } = await buildQuickCli());
});
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

const entryText = (id: number, title: string): string =>
  `## T-${id}: ${title}\n\n\`\`\`sh\necho working on ${id}; sleep 1; echo ${id} > f${id}.txt\n\`\`\`\n\n`;

/** A repository with three entries that are not started by themselves. */
function repository(
  todo = ['Drop lodash', 'Sums by month', 'Über 世界'].map((title, at) => entryText(at + 1, title)).join(''),
): PlainRepository {
  const repo = new PlainRepository(cli).init();
  open.push({ close: () => repo.remove() });
  repo.write('board/TODO.md', `# TODO\n\n${todo}`);
  repo.git('commit', '-q', '-a', '-m', 'entries');
  return repo;
}

function terminal(repo: PlainRepository, { columns = 120, rows = 30, env = {} as NodeJS.ProcessEnv } = {}): Tmux {
  const tmux = new Tmux({ cwd: repo.root, env: { ...repo.env(), ...env }, columns, rows });
  open.push(tmux);
  return tmux;
}

const command = (args = ''): string => `node ${cli} ${args}; echo "ended with $?"`;

/** The program that runs in the terminal, once the board is shown. */
async function shownTui(repo: PlainRepository, tmux: Tmux, args = 'tui'): Promise<void> {
  tmux.run(command(args));
  await tmux.shows('Drop lodash');
  expect(tmux.modes()).toBe('101');
}

/** The id of the process with these arguments that works in a folder. */
function pidOf(repo: PlainRepository): number {
  const pids = execFileSync('pgrep', ['-f', `${cli} tui`], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
  const own = pids.find((pid) => {
    try {
      return (
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${repo.folder}/`) &&
        readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('node')
      );
    } catch {
      return false;
    }
  });
  if (own === undefined) throw new Error('the program is not there');
  return own;
}

describe('kanban tui without a terminal', () => {
  it('says which command to use', () => {
    const { code, err } = repository().kanban('tui');
    expect(code).toBe(2);
    expect(err).toContain('kanban tui needs a terminal');
    expect(err).toContain('kanban status --json');
  });
});

describe.skipIf(!hasTmux)('kanban tui on a terminal (tmux)', () => {
  it.each<[string, (tmux: Tmux, repo: PlainRepository) => void, number]>([
    ['q', (tmux) => tmux.keys('q'), 0],
    ['Ctrl-C', (tmux) => tmux.keys('C-c'), 130],
    ['SIGTERM', (_, repo) => process.kill(pidOf(repo), 'SIGTERM'), 130],
    ['SIGHUP', (_, repo) => process.kill(pidOf(repo), 'SIGHUP'), 130],
  ])('ends by %s and leaves terminal and scrollback as they were', async (_, end, code) => {
    const repo = repository();
    const tmux = terminal(repo, { rows: 20 });
    tmux.run('stty -a > ../before; for i in $(seq 40); do echo "line $i of before"; done');
    await tmux.shows('line 40 of before');
    const before = tmux.text({ history: true });
    await shownTui(repo, tmux);
    tmux.keys('j', 'Enter');
    await tmux.shows('T-2: Sums by month');
    end(tmux, repo);
    await tmux.shows(`ended with ${code}`);
    expect(tmux.modes()).toBe(PLAIN_MODES);
    expect(tmux.text({ history: true }).startsWith(before)).toBe(true);
    expect(tmux.text({ history: true })).not.toContain('1 Board');
    tmux.run('stty -a > ../after; echo written');
    await tmux.shows(/^written/m);
    expect(readFileSync(join(repo.folder, 'after'), 'utf8')).toBe(readFileSync(join(repo.folder, 'before'), 'utf8'));
  });

  it('is suspended by Ctrl-Z and comes back by fg', async () => {
    const repo = repository();
    const tmux = terminal(repo);
    await shownTui(repo, tmux);
    tmux.keys('C-z');
    await tmux.shows('Stopped');
    expect(tmux.modes()).toBe(PLAIN_MODES);
    tmux.run('fg');
    await tmux.shows('1 Board');
    expect(tmux.modes()).toBe('101');
    tmux.keys('j', 'j', 'Enter');
    await tmux.shows('T-3: Über 世界');
  });

  it('fits every size, and the size before is as it was', async () => {
    const repo = repository();
    const tmux = terminal(repo, { columns: 200, rows: 60 });
    await shownTui(repo, tmux);
    await tmux.shows('Nothing has landed yet.');
    const large = await tmux.shows('No run has changed a file yet.');
    for (const [columns, rows] of [
      [70, 15],
      [69, 14],
      [100, 30],
      [20, 5],
      [1, 1],
    ] as const) {
      tmux.resize(columns, rows);
      if (columns < 69) continue;
      await tmux.shows(columns === 69 ? 'the board needs 70 × 15' : /└─+.*┘\s+\S[^\n]*$/);
      for (const line of tmux.text().split('\n')) expect(line.length).toBeLessThan(columns);
    }
    tmux.resize(200, 60);
    await until(
      () => tmux.text() === large || null,
      () => `the first screen again:\n${tmux.text()}`,
    );
  });

  it('has neither colours nor other characters than ASCII where they are not wanted', async () => {
    const repo = repository();
    const tmux = terminal(repo, { env: { NO_COLOR: '1', LC_ALL: 'C' } });
    await shownTui(repo, tmux);
    const screen = tmux.text({ styles: true });
    // eslint-disable-next-line no-control-regex -- that is what is looked for
    expect(screen).toMatch(/^[\u0000-\u007F]*$/);
    expect(screen).not.toMatch(/\u001b\[(?!0?m|39|49)/);
    expect(screen).toContain('+ 1 Board -');
    expect(screen).toContain('>TODO');
  });

  it('shows what an editor saves, an empty board, and settings that cannot be read', async () => {
    const repo = repository();
    const tmux = terminal(repo);
    await shownTui(repo, tmux);
    tmux.keys('G');
    repo.write('board/TODO.md', `# TODO\n\n${entryText(1, 'Drop lodash now')}`);
    await tmux.shows(/>TODO +T-1 +Drop lodash now/);
    expect(tmux.text()).not.toContain('T-3');
    repo.write('board/TODO.md', '# TODO\n');
    await tmux.shows('The board is empty.');
    const settings = repo.read('WORKFLOW.md');
    repo.write('WORKFLOW.md', '---\nbase: [\n---\n');
    await tmux.shows('WORKFLOW.md');
    repo.write('WORKFLOW.md', settings);
    await until(() => !tmux.text().includes('WORKFLOW.md') || null, 'readable settings');
    tmux.keys('q');
    await tmux.shows('ended with 0');
    repo.write('WORKFLOW.md', '---\nbase: [\n---\n');
    tmux.run(`clear; ${command('tui')}`);
    await tmux.shows('WORKFLOW.md');
    expect(tmux.modes()).toBe('101');
  });

  it('carries out actions as commands do, and moves entries', async () => {
    const repo = repository();
    const tmux = terminal(repo);
    await shownTui(repo, tmux);
    tmux.keys('Space');
    tmux.type('later');
    await tmux.shows('kanban pause T-1 --why later');
    tmux.keys('Enter');
    await tmux.shows(/needs you +T-1/);
    expect(repo.git('log', '-1', '--format=%B')).toMatch(/Kanban-By: T-1 Ada .*via tui/);
    tmux.keys('j', 'm', 'Down');
    await tmux.shows('kanban move T-2 TODO --bottom');
    tmux.keys('Enter');
    await until(() => /T-3[^]*T-2/.test(repo.read('board/TODO.md')) || null, 'the move');
    tmux.keys('w', 'x');
    await tmux.shows('read only: w lets keys change the board');
    tmux.keys('w', '/');
    tmux.type('Über');
    await tmux.shows('(1 of 3)');
  });

  it('writes nothing where another one has changed the entry since', async () => {
    const repo = repository();
    writeFileSync(
      join(repo.folder, 'editor'),
      '#!/bin/sh\nuntil [ -e "$GO" ]; do sleep 0.05; done\nsed -i "s/lodash/$BY/" "$1"\n',
      { mode: 0o755 },
    );
    const env = (by: string): NodeJS.ProcessEnv => ({
      EDITOR: join(repo.folder, 'editor'),
      VISUAL: '',
      BY: by,
      GO: join(repo.folder, `go-${by}`),
    });
    const [first, second] = [terminal(repo, { env: env('first') }), terminal(repo, { env: env('second') })];
    for (const [tmux, name] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      await shownTui(repo, tmux);
      tmux.keys('e');
      await until(() => tmux.modes() === PLAIN_MODES || null, `the editor of ${name}`);
    }
    writeFileSync(join(repo.folder, 'go-first'), '');
    await until(() => repo.read('board/TODO.md').includes('Drop first') || null, 'the first edit');
    writeFileSync(join(repo.folder, 'go-second'), '');
    await second.shows('kept in');
    expect(repo.read('board/TODO.md')).toContain('Drop first');
    expect(repo.read('board/TODO.md')).not.toContain('second');
    const kept = readdirSync(join(repo.root, '.kanban/edits'));
    expect(kept.map((name) => repo.read(`.kanban/edits/${name}`)).join('')).toContain('Drop second');
  });

  it('sees a coordinator come, go and come back, and what its runs do', async () => {
    const repo = repository();
    const tmux = terminal(repo);
    await shownTui(repo, tmux);
    await tmux.shows('no coordinator runs: kanban run starts the work');
    const run = repo.start('run', 'T-1');
    await tmux.shows('coordinator pid');
    await tmux.shows('working on 1');
    tmux.keys('3');
    await tmux.shows(/T-1 +\S.* {2}landed/);
    run.signal('SIGKILL');
    await tmux.shows('no coordinator runs: kanban run starts the work');
    repo.start('run', 'T-2');
    await tmux.shows('coordinator pid');
    await tmux.shows(/T-2 +\S.* {2}landed/);
    tmux.keys('Enter');
    await tmux.shows('T-2: Sums by month');
  });
});

describe.skipIf(!hasTmux)('kanban run on a terminal (tmux)', () => {
  it('turns into the board by i and back by q, and keeps the scrollback', async () => {
    const repo = repository();
    const tmux = terminal(repo);
    tmux.run('echo "stood here before"');
    tmux.run(command('run T-1'));
    await tmux.shows('i: the board');
    tmux.keys('i');
    await tmux.shows('1 Board');
    tmux.keys('3');
    await tmux.shows(/T-1 +\S.* {2}landed/);
    tmux.keys('q');
    await tmux.shows('T-1 landed');
    expect(tmux.text()).toContain('stood here before');
    expect(tmux.text()).not.toContain('1 Board');
    expect(tmux.text().match(/i: the board/g)).toHaveLength(1);
    tmux.keys('i');
    await tmux.shows('1 Board');
    tmux.keys('C-c');
    await tmux.shows('ended with 130');
    expect(tmux.modes()).toBe(PLAIN_MODES);
    expect(tmux.text()).toContain('T-1 landed');
  });

  it('obeys Ctrl-Z and Ctrl-C while keys are read', async () => {
    const repo = repository();
    const tmux = terminal(repo);
    tmux.run(command('run T-1'));
    await tmux.shows('i: the board');
    tmux.keys('C-z');
    await tmux.shows('Stopped');
    tmux.run('fg');
    await tmux.shows('T-1 landed');
    tmux.keys('C-c');
    await tmux.shows('kanban has ended');
    tmux.run('echo "exit $?"');
    await tmux.shows(/^exit 130/m);
  });
});
