import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AcpRig } from './acp-rig.ts';

let rig: AcpRig;
beforeEach(() => {
  rig = new AcpRig();
});
afterEach(() => rig.remove());

describe('a turn', () => {
  it('is told in lines: session, words put together, use, end; the agent ends with our stdin', async () => {
    await rig.start(['noisy'], { mcp: ['node', 'cli.js', 'mcp-report'] });
    await rig.play('say Half a sen|tence.', 'cost 0.5', 'strange', 'say More.');
    expect(rig.lines).toEqual([
      { acp: 'agent', name: 'fake', version: '1' },
      { acp: 'session', id: 's-1', resumed: false },
      { acp: 'turn-began' },
      { acp: 'usage', scope: 'thread', costUsd: 0.5 },
      { acp: 'text', text: 'Half a sentence.More.' },
      { acp: 'usage', scope: 'run', input: 120, output: 10, cached: 20 },
      { acp: 'turn-ended', stop: 'end_turn', taken: 0 },
    ]);
    expect(rig.exit).toEqual({ code: 0, signal: null });
    expect(rig.agentRuns).toBe(false);
    expect(rig.errors.split('\n').sort()).toEqual(['', 'Loading…', '[not json', 'a warning']);
    expect(rig.heard('new')).toMatchObject([
      {
        cwd: rig.worktree,
        mcpServers: [{ name: 'kanban', command: 'node', args: ['cli.js', 'mcp-report'], env: [] }],
      },
    ]);
  });

  it('is worked in a mode that asks, or in one that does not, with the model that is wanted', async () => {
    await rig.start([], { model: 'large' });
    await rig.play('say x');
    expect(rig.heard('mode')).toEqual(['default']);
    expect(rig.heard('option')).toMatchObject([{ configId: 'model', value: 'large' }]);
    rig.remove();

    rig = new AcpRig();
    await rig.start([], { permissions: 'full', model: 'huge' });
    await rig.play('say x');
    expect(rig.heard('mode')).toEqual(['yolo']);
    expect(rig.only('notice')).toMatchObject([{ text: expect.stringContaining('did not accept the model huge') }]);
  });

  it("counts the tokens of agents as they mean them, and git's folders only for those with a sandbox", async () => {
    await rig.start(['name=Copilot'], { mcp: ['node'], gitFolders: ['/g'] });
    await rig.play('say x');
    expect(rig.heard('new')).toMatchObject([{ mcpServers: [] }]);
    expect(rig.heard('new')).not.toMatchObject([{ additionalDirectories: ['/g'] }]);
    rig.remove();

    rig = new AcpRig();
    await rig.start(['name=@agentclientprotocol/codex-acp'], { gitFolders: ['/g'] });
    await rig.play('say x');
    expect(rig.heard('new')).toMatchObject([{ additionalDirectories: ['/g'] }]);
    rig.remove();

    rig = new AcpRig();
    await rig.start(['name=OpenCode']);
    await rig.play('say x');
    expect(rig.only('usage')).toEqual([]);
  });

  it('offers no file system of ours: a call is answered as the protocol says', async () => {
    await rig.start([]);
    await rig.play(`write ${rig.worktree}/x`);
    expect(rig.heard('write')).toEqual([-32601]);
  });
});

describe('permissions', () => {
  it('narrow: what stays in the worktree, git and our report; the rest is refused and told', async () => {
    mkdirSync(join(rig.folder, 'elsewhere'));
    symlinkSync(join(rig.folder, 'elsewhere'), join(rig.worktree, 'link'));
    await rig.start([], { programs: ['npm'] });
    await rig.play(
      `edit ${rig.worktree}/src/new.ts`,
      'edit relative.ts',
      'run git add -A && git commit -m "x; y"',
      'run cat <src/new.ts | head -3 > "$KANBAN_REPORT"',
      'run npm test',
      'tool mcp__kanban__report',
      `edit ${rig.folder}/elsewhere/x`,
      `edit ${rig.worktree}/link/x`,
      `edit ${rig.worktree}/.git`,
      'run curl http://x',
      'run git status; rm -rf /',
      'run cd .. && git status',
      'run git commit -m "$(cat /etc/passwd)"',
      'tool mcp__other__report',
      'say Done.',
    );
    expect(rig.heard('answer')).toEqual([...Array(6).fill('once'), ...Array(8).fill('reject')]);
    expect(rig.only('denied').map(({ name, summary }) => `${name}: ${summary}`)).toEqual([
      `edit: ${rig.folder}/elsewhere/x`,
      `edit: ${rig.worktree}/link/x`,
      `edit: ${rig.worktree}/.git`,
      'execute: curl http://x',
      'execute: git status; rm -rf /',
      'execute: cd .. && git status',
      'execute: git commit -m "$(cat /etc/passwd)"',
      'mcp__other__report: mcp__other__report',
    ]);
    expect(rig.only('tool')).toHaveLength(14);
  });

  it('full: everything', async () => {
    await rig.start([], { permissions: 'full' });
    await rig.play('run curl http://x', 'edit /etc/x');
    expect(rig.heard('answer')).toEqual(['once', 'once']);
    expect(rig.only('denied')).toEqual([]);
  });

  it('an agent that ends its turn with a refused call is told to continue, ten times at most', async () => {
    await rig.start([]);
    rig.give('prompt', 'run curl http://x', 'give-up-if-refused', 'say never');
    await rig.agentHeard('prompt', 2);
    expect(rig.heard('prompt')[1]).toContain('Your last tool call was refused');
    await rig.seen('turn-ended');
    rig.close();
    await rig.ended();
    // The second prompt has no step that asks, but nothing was said after the refusal either.
    expect(rig.heard('prompt')).toHaveLength(11);
  });
});

describe('a message', () => {
  it('goes into the turn that is on where the agent steers', async () => {
    await rig.start(['steers']);
    rig.give('prompt', 'wait', 'say Went on.');
    await rig.agentHeard('prompt');
    rig.give('message', 'Mind the gap.');
    await rig.seen('turn-ended');
    expect(rig.heard('steering')).toEqual(['Mind the gap.']);
    expect(rig.only('text')).toEqual([{ acp: 'text', text: 'waited: steeredWent on.' }]);
    expect(rig.only('turn-ended')).toEqual([{ acp: 'turn-ended', stop: 'end_turn', taken: 1 }]);
  });

  it('joins it as a second prompt where that is what one does; the turn ends with both', async () => {
    await rig.start(['name=@agentclientprotocol/claude-agent-acp']);
    rig.give('prompt', 'wait', 'say Went on.');
    await rig.agentHeard('prompt');
    rig.give('message', 'say Joined.');
    await rig.seen('turn-ended');
    expect(rig.heard('cancel')).toEqual([]);
    expect(rig.only('turn-began')).toHaveLength(1);
    expect(rig.only('turn-ended')).toEqual([{ acp: 'turn-ended', stop: 'end_turn', taken: 1 }]);
  });

  it('else interrupts it: cancelled, and the session continues with the message in front', async () => {
    await rig.start(['steers', 'refuses-steering']);
    rig.give('prompt', 'wait', 'say never');
    await rig.agentHeard('prompt');
    rig.give('message', 'say One.');
    rig.give('message', 'say Two.');
    await rig.seen('turn-ended');
    rig.close();
    await rig.ended();
    const said = rig.heard('prompt').slice(1).join('\n');
    expect(said).toContain('say One.');
    expect(said).toContain('say Two.');
    expect(said).toContain('This message interrupted your work.');
    expect(said, 'what it was asked may be gone with the turn').toContain('once more:\n\nwait\nsay never');
    expect(rig.heard('cancel').length).toBeGreaterThan(0);
    expect(rig.only('text').at(-1)?.text).not.toContain('never');
    expect(rig.only('turn-ended')).toEqual([{ acp: 'turn-ended', stop: 'end_turn', taken: 2 }]);
  });

  it('that comes after the end of the turn begins another', async () => {
    await rig.start([]);
    rig.give('prompt', 'say One.');
    await rig.seen('turn-ended');
    rig.give('message', 'say Two.');
    await rig.seen('turn-ended', 2);
    expect(rig.only('turn-ended').map(({ taken }) => taken)).toEqual([0, 1]);
    expect(rig.only('text').map(({ text }) => text)).toEqual(['One.', 'Two.']);
    // Totals of the run.
    expect(rig.only('usage').map(({ input }) => input)).toEqual([120, 240]);
  });
});

describe('an earlier session', () => {
  it.each([
    { traits: ['resumes'], heard: 'resume' },
    { traits: ['loads'], heard: 'load' },
    { traits: ['resumes', 'loads', 'pretends'], heard: 'load' },
  ])('continues ($traits), and what was said in it is not said again', async ({ traits, heard }) => {
    await rig.start(traits, { resume: 's-9' });
    await rig.play('say New words.');
    expect(rig.heard(heard)).toMatchObject([{ sessionId: 's-9', cwd: rig.worktree }]);
    expect(rig.heard('new')).toEqual([]);
    expect(rig.only('session')).toEqual([{ acp: 'session', id: 's-9', resumed: true }]);
    expect(rig.only('text')).toEqual([{ acp: 'text', text: 'New words.' }]);
  });

  it('that the agent cannot continue with is replaced, and that is said', async () => {
    await rig.start([], { resume: 's-9' });
    await rig.play('say x');
    expect(rig.only('session')).toEqual([{ acp: 'session', id: 's-1', resumed: false }]);
    expect(rig.only('notice')).toHaveLength(1);
  });

  it('that is gone ends the bridge', async () => {
    await rig.start(['loads', 'forgetful'], { resume: 's-9' });
    await rig.ended();
    expect(rig.lines.at(-1)).toEqual({
      acp: 'error',
      stage: 'resume',
      code: -32603,
      kind: null,
      message: 'no such session',
    });
    expect(rig.exit?.code).toBe(1);
  });
});

describe('what goes wrong', () => {
  it('an error of the agent is told as it is, and the turn is over', async () => {
    await rig.start([]);
    await rig.play('fail -32603 Internal error: it broke');
    expect(rig.lines.slice(-2)).toEqual([
      { acp: 'error', stage: 'prompt', code: -32603, kind: 'server_error', message: 'it broke' },
      { acp: 'turn-ended', stop: 'error', taken: 0 },
    ]);
  });

  it('a login that is missing, a program that is not there, an agent that dies', async () => {
    await rig.start(['no-login']);
    await rig.ended();
    expect(rig.lines.at(-1)).toMatchObject({ acp: 'error', stage: 'session', code: -32000 });
    rig.remove();

    rig = new AcpRig();
    await rig.start([], { agent: [join(rig.folder, 'nothing-here')] });
    await rig.ended();
    expect(rig.lines).toMatchObject([{ acp: 'error', code: null, message: expect.stringContaining('could not be') }]);
    expect(rig.exit?.code).toBe(1);
    rig.remove();

    rig = new AcpRig();
    await rig.start([]);
    rig.give('prompt', 'say Last words.', 'die');
    await rig.ended();
    expect(rig.lines.slice(-2)).toEqual([
      { acp: 'text', text: 'Last words.' },
      { acp: 'error', stage: 'prompt', code: null, kind: null, message: 'it ended (exit 3)' },
    ]);
  });

  it('the end of stdin cancels the turn that is on and ends an agent that will not go', async () => {
    await rig.start(['stubborn', 'deaf']);
    rig.give('prompt', 'wait');
    await rig.agentHeard('prompt');
    rig.close();
    await rig.ended();
    expect(rig.heard('cancel')).toHaveLength(1);
    expect(rig.exit).toEqual({ code: 0, signal: null });
    expect(rig.agentRuns).toBe(false);
  });

  it('SIGTERM ends both, also before the agent has said a word', async () => {
    await rig.start(['stubborn', 'silent']);
    await rig.agentHeard('pid');
    rig.signal('SIGTERM');
    await rig.ended();
    expect(rig.exit).toEqual({ code: 143, signal: null });
    expect(rig.agentRuns).toBe(false);
  });

  it('arguments that nobody understands', async () => {
    await rig.start([], { agent: [] });
    await rig.ended();
    expect(rig.exit?.code).toBe(2);
    expect(rig.errors).toContain('usage: acp');
  });
});
