import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOffered, PROFILES, type Caller, type Profile } from '../../../src/mcp/profiles.ts';
import { TOOLS } from '../../../src/mcp/tools/all.ts';
import { ERAS, McpRig } from './mcp-rig.ts';

let rig: McpRig;
beforeEach(() => void (rig = new McpRig()));
afterEach(() => rig.end());

/** About four bytes of JSON are a token. */
const tokens = (value: unknown): number => Math.ceil(Buffer.byteLength(JSON.stringify(value)) / 4);

const READ = ['status', 'show', 'events', 'diff'];
const OFFERED: Readonly<Record<Profile, readonly string[]>> = {
  read: READ,
  plan: [...READ, 'add_entries', 'edit_entry'],
  work: [...READ, 'add_entries', 'edit_entry', 'act', 'message', 'abandon'],
  approve: [...READ, 'add_entries', 'edit_entry', 'act', 'message', 'abandon', 'approve', 'undo'],
};

describe('the tools', () => {
  const offered = (profile: Profile, caller: Caller = { kind: 'user' }): string[] =>
    TOOLS.filter((tool) => isOffered(tool, profile, caller)).map(({ name }) => name);

  it.each(PROFILES)('of the profile %s are those and all before it', (profile) => {
    expect(offered(profile)).toEqual(OFFERED[profile]);
  });

  it('are described in few words, with schemas and hints', async () => {
    const { client } = await rig.connect({ profile: 'approve' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(OFFERED.approve);
    const plan = tools.filter(({ name }) => OFFERED.plan.includes(name));
    expect(tokens(plan)).toBeLessThanOrEqual(1_600);
    expect(tokens(tools)).toBeLessThanOrEqual(2_500);
    for (const { title, description, inputSchema, outputSchema, annotations } of tools) {
      expect(title).not.toBe('');
      expect(description).toBeTruthy();
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema?.type).toBe('object');
      expect(annotations).toMatchObject({ readOnlyHint: expect.any(Boolean) as boolean, openWorldHint: false });
    }
    const named = (hint: 'readOnlyHint' | 'destructiveHint' | 'idempotentHint'): string[] =>
      tools.filter(({ annotations }) => annotations?.[hint] === true).map(({ name }) => name);
    expect(named('readOnlyHint')).toEqual(READ);
    expect(named('destructiveHint')).toEqual(['abandon', 'undo']);
    expect(named('idempotentHint')).toEqual(['edit_entry']);
  });

  it('are reading, proposing and messages in a run, whatever the profile', () => {
    const run = { kind: 'run', run: 'T-1-1-task-00000001', entry: 'T-1' } as const;
    expect(offered('approve', run)).toEqual([...READ, 'add_entries', 'message']);
    expect(offered('plan', run)).toEqual([...READ, 'add_entries']);
    expect(offered('approve', { kind: 'bystander', run: run.run })).toEqual(READ);
  });
});

describe.each(ERAS)('a session in the %s form of the protocol', (era) => {
  it('adds three entries and reads their state', async () => {
    const session = await rig.connect({ era });
    const entries = [
      { key: 'limit', title: 'Limit logins', problem: 'None is set.', fix: 'Add one.', criteria: ['429 after 5'] },
      { key: 'docs', title: 'Document it', depends: ['limit', 't-2'], files: ['docs/**'], priority: 'P1' },
      { title: 'Remove lodash' },
    ];
    expect(await session.data('add_entries', { entries, dryRun: true })).toMatchObject({ ok: true, added: [] });
    const before = rig.git('rev-parse', 'HEAD');
    const { added } = await session.data('add_entries', { entries });
    expect(added).toEqual([
      { key: 'limit', id: 'T-3' },
      { key: 'docs', id: 'T-4' },
      { key: null, id: 'T-5' },
    ]);
    expect(rig.git('rev-list', '--count', `${before.trim()}..HEAD`).trim()).toBe('1');
    expect(rig.read('board/TODO.md')).toContain(
      '## T-3: Limit logins\n\n**Problem.** None is set.\n\n**Required fix.** Add one.\n\n- [ ] 429 after 5\n\n## T-4: Document it\n\n- depends: T-3, T-2\n- files: docs/**\n- priority: P1\n\n## T-5',
    );
    const status = await session.data('status', { column: 'TODO', limit: 2, after: 'T-2' });
    expect(status).toMatchObject({
      entries: [
        { id: 'T-3', column: 'TODO', criteria: '0/1' },
        { id: 'T-4', state: 'held', priority: 'P1' },
      ],
      next: 'T-4',
    });
    expect(await session.data('status', { after: 'T-4' })).toMatchObject({ entries: [{ id: 'T-5' }], next: null });
    expect(await session.data('show', { id: 't-4' })).toMatchObject({ id: 'T-4', place: 'TODO', tip: null });
    const { events, next } = await session.data('events', { limit: 2 });
    expect(events).toMatchObject([
      { type: 'entry-added', id: 'T-4' },
      { type: 'entry-added', id: 'T-5' },
    ]);
    expect(await session.data('events', { since: next })).toEqual({ events: [], next });
    // The log is another one: that events were missed stands before a full page, and the next page goes on.
    const after = await session.data('events', { since: 'events-9:0', limit: 1 });
    expect(after).toMatchObject({ events: [{ type: 'events-missed' }, { type: 'entry-added', id: 'T-3' }] });
    expect(await session.data('events', { since: after['next'], limit: 1 })).toMatchObject({ events: [{ id: 'T-4' }] });
    const { isError, text } = await session.call('events', { since: 'garbage' });
    expect([isError, text]).toEqual([true, expect.stringContaining('"garbage" is no cursor')]);
  });
});

describe('a tool that writes', () => {
  it('edits the text that it has seen, and no other', async () => {
    const session = await rig.connect();
    const { text, was } = await session.data('show', { id: 'T-1' });
    const edited = String(text).replace('body', 'more');
    expect(await session.data('edit_entry', { id: 'T-1', text: edited, was })).toMatchObject({ ok: true });
    expect(await session.data('edit_entry', { id: 'T-1', text: edited, was })).toMatchObject({
      message: 'T-1 has this text already',
    });
    const late = await session.call('edit_entry', { id: 'T-1', text, was });
    expect(late.isError).toBe(true);
    expect(late.text).toContain('more');
    const [, now] = /with was ([0-9a-f]{64})/.exec(late.text) ?? [];
    expect(now).toBe((await session.data('show', { id: 'T-1' }))['was']);
    expect(rig.git('log', '-1', '--format=%(trailers:key=Kanban-By,valueonly)').trim()).toBe(
      'T-1 Ada <ada@example.com> via mcp-Test-Client',
    );
  });

  it('adds all entries or none, and says all that is wrong', async () => {
    const session = await rig.connect();
    const before = rig.read('board/TODO.md');
    const wrong = await session.call('add_entries', {
      entries: [
        { key: 'a', title: 'A', depends: ['b'] },
        { key: 'b', title: 'B', depends: ['a', 'T-99'] },
        { title: 'C' },
      ],
    });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toContain('entry 1 (a): These entries wait for each other: a → b → a');
    expect(wrong.text).toContain('entry 2 (b): b depends on T-99');
    const twice = await session.call('add_entries', {
      entries: [
        { key: 'a', title: 'A' },
        { key: 'a', title: '  ', problem: 'as in:\n```' },
        { key: 'T-1', title: 'C' },
      ],
    });
    expect(twice.text.match(/\[[a-z-]+\]/g)).toEqual([
      '[duplicate-key]',
      '[no-title]',
      '[open-fence]',
      '[unreadable-key]',
    ]);
    expect(rig.read('board/TODO.md')).toBe(before);
  });

  it('refuses in a dry run what it would refuse, with the same problems', async () => {
    const session = await rig.connect({ profile: 'plan' });
    const before = rig.read('board/TODO.md');
    const entries = [
      { title: 'A', problem: 'x\n\n<!-- never closed' },
      { title: 'B', problem: 'x\n\nT-98: Underlined\n---' },
      { title: 'C', problem: 'x\n\n## T-99: Another' },
    ];
    for (const dryRun of [true, false]) {
      const { isError, text } = await session.call('add_entries', { entries, dryRun });
      expect(isError).toBe(true);
      expect(text.match(/\[[a-z-]+\]/g)).toEqual(['[open-comment]', '[body-leaves-entry]', '[body-leaves-entry]']);
    }
    expect(rig.read('board/TODO.md')).toBe(before);
    rig.write('board/TODO.md', '# TODO\n\n<!-- never closed\n');
    const board = await session.call('add_entries', { entries: [{ title: 'A' }], dryRun: true });
    expect(board.isError).toBe(true);
    expect(board.text).toMatch(/board\/TODO\.md:3:1: entry 1 \(A\): .*\[unclosed-block\]/);
  });

  it('pauses, resumes, leaves a message and abandons; a refusal says why', async () => {
    const session = await rig.connect({ profile: 'work' });
    expect(await session.data('act', { id: 'T-1', way: 'pause', why: 'not now' })).toMatchObject({ ok: true });
    expect(await session.data('status', { view: 'needs' })).toMatchObject({
      entries: [{ id: 'T-1', ways: ['kanban show T-1', 'kanban resume T-1'] }],
    });
    expect(await session.data('act', { id: 'T-1', way: 'resume', why: 'now' })).toMatchObject({ ok: true });
    expect(await session.call('act', { id: 'T-1', way: 'retry', why: 'x' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('is not escalated') as string,
    });
    expect(await session.data('message', { id: 'T-2', text: 'only the form' })).toMatchObject({ delivered: false });
    expect(await session.data('abandon', { id: 'T-2', why: 'no longer wanted' })).toMatchObject({ ok: true });
    expect(await session.data('show', { id: 'T-2', parts: ['history'] })).toMatchObject({
      place: 'ABANDONED',
      was: null,
      history: [{ to: 'ABANDONED' }],
    });
    expect((await session.call('message', { id: 'T-2', text: 'x' })).text).toContain('T-2 was abandoned');
  });

  it('in a run proposes up to plan.max entries, and messages its own entry only', async () => {
    const env = { KANBAN_RUN_ID: 'T-1-1-task-00000001', KANBAN_TASK: 'T-1', KANBAN_ROOT: rig.root };
    const caller = { kind: 'run', run: env.KANBAN_RUN_ID, entry: 'T-1' } as const;
    const session = await rig.connect({ profile: 'work', caller, env });
    const others = await session.call('message', { id: 'T-2', text: 'hello' });
    expect(others).toMatchObject({ isError: true, text: expect.stringContaining('may message T-1 only') as string });
    expect(await session.data('message', { id: 'T-1', text: 'hello' })).toMatchObject({ ok: true });
    // Only a coordinator counts what runs propose.
    const proposed = await session.call('add_entries', { entries: [{ title: 'A' }] });
    expect(proposed).toMatchObject({ isError: true, text: expect.stringContaining('coordinator') as string });
  });
});

describe('a tool that reads', () => {
  it('shows the work of an entry, its queue and figures', async () => {
    rig.branch('T-1', { 'src/a.ts': 'one\ntwo\n', 'src/b.ts': 'three\n' });
    const session = await rig.connect({ profile: 'read' });
    const shown = await session.data('show', { id: 'T-1', parts: ['diffstat', 'report', 'runs'] });
    expect(shown).toMatchObject({
      tip: rig.git('rev-parse', 'T-1').trim(),
      report: null,
      runs: [],
      diffstat: { count: 2, files: [{ path: 'src/a.ts', added: 2, removed: 0 }, { path: 'src/b.ts' }] },
    });
    expect(shown).not.toHaveProperty('text');
    const one = await session.data('diff', { id: 'T-1', file: 'src/b.ts' });
    expect(one).toMatchObject({ truncated: false, patch: expect.stringContaining('+three') as string });
    expect(String(one['patch'])).not.toContain('+one');
    expect((await session.call('diff', { id: 'T-1', file: '../../etc/passwd' })).text).toContain('not-in-diff');
    expect(await session.data('status', { view: 'queue' })).toMatchObject({ counts: { batch: 0, waiting: 0 } });
    expect(await session.data('status', { view: 'metrics' })).toMatchObject({ metrics: { total: { landed: 0 } } });
    expect((await session.call('events', { kinds: ['entry-added', 'nonsense'] })).text).toContain('unknown kind');
  });

  it('pages what needs the user too, and refuses a page after what has left the list', async () => {
    const session = await rig.connect({ profile: 'work' });
    for (const id of ['T-1', 'T-2']) await session.data('act', { id, way: 'pause', why: 'not now' });
    const first = await session.data('status', { view: 'needs', limit: 1 });
    expect(first).toMatchObject({ entries: [{ id: 'T-1' }], next: 'T-1' });
    const second = await session.data('status', { view: 'needs', limit: 1, after: first['next'] });
    expect(second).toMatchObject({ entries: [{ id: 'T-2' }], next: null });
    for (const view of ['board', 'needs'])
      expect(await session.call('status', { view, limit: 1, after: 'T-77' })).toMatchObject({
        isError: true,
        text: expect.stringContaining('"T-77" is not in this list now') as string,
      });
  });

  it('reports a board that cannot be read, and reads it when it can', async () => {
    rig.git('checkout', '-q', '-b', 'other');
    rig.git('branch', '-q', '-D', 'main');
    const session = await rig.connect();
    expect(await session.call('status')).toMatchObject({
      isError: true,
      text: expect.stringContaining('fix:') as string,
    });
    rig.git('checkout', '-q', '-b', 'main');
    expect(await session.data('status')).toMatchObject({ entries: [{ id: 'T-1' }, { id: 'T-2' }] });
  });
});
