import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import type { Examination } from '../../src/doctor/examine.ts';
import { it } from './rig/each-kanban.ts';
import type { Kanban, Made } from './rig/kanban.ts';

const FAKE = fileURLToPath(new URL('../rig/fake-claude.mjs', import.meta.url));

/** Its agents speak as Claude Code does; `more` are YAML lines under `agents`. */
function spoken(made: (what: Made) => Kanban, more = ''): Kanban {
  const kanban = made({ todo: '', settings: 'agents: {}\n' });
  const command = JSON.stringify([process.execPath, FAKE, kanban.steer]);
  const roles =
    'roles:\n  task: { agent: claude }\n  reviewer: { agent: claude }\n  tester: { agent: shell, run: "true" }\n';
  kanban.write('WORKFLOW.md', kanban.workflow(`${roles}agents:\n  claude: { command: ${command} }\n${more}`));
  kanban.git('commit', '-qam', 'agents');
  return kanban;
}

/** Nothing of a proof is left: no worktree, branch, ref, folder or process. */
async function expectNothingLeft(kanban: Kanban): Promise<void> {
  expect(kanban.git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(kanban.refs('refs/heads/', 'refs/kanban/')).toEqual(['refs/heads/main']);
  expect(kanban.git('status', '--porcelain')).toBe('');
  await kanban.expectQuiet();
}

describe.concurrent('kanban doctor --probe', { timeout: 180_000 }, () => {
  it('proves the agents of the roles by a file, a commit and a report', async ({ made }) => {
    const kanban = spoken(made);
    kanban.plan(
      'task',
      `const told = await hear(); begin(); if (told.includes('kanban-probe.txt')) commit('kanban-probe.txt', 'ok'); report('done'); result({ cost: 0.01, input: 700, output: 30 });`,
    );
    const { code, out, err } = kanban.kanban('doctor', '--probe');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('probing claude') });
    expect(out).toMatch(/proved:\n {2}claude: works unattended \(\d+s\): wrote, committed and reported; 730 tokens/);
    await expectNothingLeft(kanban);
  });

  it('names one that only says so, one that can not begin, and one that is not there; exit code 3', async ({
    made,
  }) => {
    const cases = [
      ['says that it is done', `report('done'); result();`, 'committed nothing'],
      ['leaves it uncommitted', `sh('echo ok > kanban-probe.txt'); report('done'); result();`, 'committed nothing'],
      ['says nothing', `result({ result: 'All done.' });`, 'no-report'],
      ['is not logged in', `result({ is_error: true, result: 'Not logged in · Please run /login' });`, 'To log in: '],
    ] as const;
    for (const [what, plan, words] of cases) {
      const kanban = spoken(made);
      kanban.plan('task', `await hear(); begin(); ${plan}`);
      const { code, out, err } = kanban.kanban('doctor', '--probe', 'claude', '--json');
      expect({ code, out }, `${what}\n${err}`).toEqual({ code: 3, out: expect.stringMatching(/^\{/) });
      expect(JSON.parse(out) as Examination, what).toMatchObject({
        probes: [{ agent: 'claude', ok: false, what: expect.stringContaining(words) }],
      });
      await expectNothingLeft(kanban);
    }
  });

  it('names agents that are not installed, and wants --probe for names', ({ made }) => {
    const kanban = spoken(made, '  gone: { command: no-such-program }\n');
    expect(kanban.kanban('doctor', '--probe', 'gone')).toMatchObject({
      code: 3,
      err: expect.stringContaining('gone cannot be probed'),
      out: expect.stringContaining('gone: `no-such-program` was not found'),
    });
    expect(kanban.kanban('doctor', 'claude')).toMatchObject({ code: 2, err: expect.stringContaining('--probe') });
  });
});
