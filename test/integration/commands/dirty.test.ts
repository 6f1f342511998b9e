import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import add from '../../../src/commands/add.ts';
import run from '../../../src/commands/run.ts';
import { CommandRig } from './command-rig.ts';

let rig: CommandRig;
beforeEach(() => void (rig = new CommandRig('base: main\nsettle: 0s\n')));
afterEach(() => rig.remove());

const SCRIPT = { body: '```sh\ntrue\n```' };

describe('kanban add names what the next run would stop at', () => {
  it('an entry for the shell without a block, at once and in JSON', async () => {
    const { code, out, err } = await rig.call(add, ['Fix the login']);
    expect([code, out]).toEqual([0, 'T-1 is in TODO: Fix the login\n']);
    expect(err).toMatch(
      /^holds {3}board\/TODO\.md:\d+:1: T-1 .*runs the entry's first ```sh block[^]*fix: add a ```sh block/,
    );
    const json = await rig.call(add, ['Fix the logout'], { json: true });
    expect([json.code, json.err]).toEqual([0, '']);
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, id: 'T-2', findings: [{ level: 'holds', check: 'board' }] });
  });

  it('uncommitted files and an agent that is not installed', async () => {
    rig.write(
      'WORKFLOW.md',
      '---\nbase: main\nagents: { robot: { command: no-such-robot } }\nroles: { task: { agent: robot } }\n---\n',
    );
    rig.write('a.txt', 'one\n');
    rig.commit('more');
    rig.write('a.txt', 'two\n');
    const { code, err } = await rig.call(add, ['Fix the login']);
    expect(code).toBe(0);
    expect(err).toMatch(/^stops {3}.*do not see your uncommitted changes: a\.txt\. /m);
    expect(err).toMatch(/^holds {3}.*no-such-robot/m);
  });

  it('nothing where all is well, and nothing of other entries', async () => {
    rig.write('board/TODO.md', '# TODO\n\n## T-7: No script\n');
    rig.commit('an entry');
    expect((await rig.call(add, ['Fix the login'], SCRIPT)).err).toBe('');
  });
});

describe('uncommitted files before the first entry is picked', () => {
  const dryRun = (options = {}): ReturnType<CommandRig['call']> => rig.call(run, [], { dryRun: true, ...options });
  beforeEach(async () => {
    rig.write('a.txt', 'one\n');
    rig.commit('a file');
    await rig.call(add, ['Fix the login'], SCRIPT);
    rig.write('a.txt', 'two\n');
  });

  it('stop the run, with every way on', async () => {
    const { code, err } = await dryRun();
    expect(code).toBe(3);
    expect(err).toContain(
      'stops   Agents start from the last commit of main and do not see your uncommitted changes: a.txt.',
    );
    expect(err).toContain('kanban run --allow-dirty, or `dirty: warn` in WORKFLOW.md');
  });

  it('are allowed by --allow-dirty and by `dirty: warn`', async () => {
    expect(await dryRun({ allowDirty: true })).toMatchObject({ code: 0, err: '' });
    rig.write('WORKFLOW.md', '---\nbase: main\nsettle: 0s\ndirty: warn\n---\n');
    expect(await dryRun()).toMatchObject({ code: 0, err: '' });
  });

  it('stop nothing while they are the own files of kanban', async () => {
    rig.write('a.txt', 'one\n');
    rig.write('.gitignore', '.kanban/\n.worktrees/\nnode_modules/\n');
    expect((await dryRun()).code).toBe(0);
  });
});
