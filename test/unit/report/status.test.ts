import { describe, expect, it } from 'vitest';
import { renderStatus } from '../../../src/report/status.ts';
import { displayWidth } from '../../../src/report/width.ts';
import { clock, entry, minutes, NOW, run, sample, snapshot } from './board.ts';

const options = { now: NOW, width: 100, colour: false, details: false, clock };
const status = (of: Parameters<typeof renderStatus>[0], more: Partial<typeof options> | { width: null } = {}): string =>
  renderStatus(of, { ...options, ...more });

describe('status', () => {
  it('is the sample of README.md, to the letter', () => {
    expect(status(sample(), { width: 104 })).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 2 of 6 runs · push off
      IN_PROGRESS  T-14  Rate-limit the login     task    claude  6m of 15m   edits src/auth/limit.ts
      REVIEW       T-12  Login crashes on an e…   review  codex   rate-limited until 14:32 (no retry used)
      TESTING      T-11  Drop lodash              held            you have changed package.json
      TODO         5 ready · 2 wait for T-12 · 1 being edited
      needs you    T-9   [ESCALATED] tests failed twice: auth.test.ts expected 400, got 500
                   kanban show T-9 · kanban retry T-9 · fix .worktrees/T-9, then kanban retry T-9 --fixed
      "
    `);
  });

  it('says that nothing is on the board', () => {
    expect(status(snapshot({ coordinator: null }))).toMatchInlineSnapshot(`
      "main@3f2a9c1 · no coordinator · 0 of 6 runs · push off
      (nothing on the board: kanban add "…" writes an entry; kanban init sets a repository up)
      "
    `);
  });

  it.each([120, 100, 80, 60, 50, 40])('keeps to %i columns, but for commands to copy', (width) => {
    const lines = status(sample(), { width }).split('\n');
    for (const line of lines.slice(1).filter((one) => !one.includes('kanban ')))
      expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    // A command is never cut, however narrow the terminal.
    expect(lines.map((line) => line.trim()).join(' ')).toContain('fix .worktrees/T-9, then kanban retry T-9 --fixed');
    expect(lines.some((line) => line.endsWith('kanban retry T-9 --fixed'))).toBe(true);
  });

  it('cuts nothing where there is no terminal', () => {
    const long = 'word '.repeat(60).trim();
    expect(
      status(snapshot({ entries: [entry({ column: 'TESTING', state: 'held', why: long })] }), { width: null }),
    ).toContain(long);
  });

  it('says what stops all, once, and not again for every entry', () => {
    const why = 'a merge of main is open in /repo';
    const held = ['T-1', 'T-2'].map((id) => entry({ id, key: id, column: 'TODO', state: 'held', why }));
    expect(
      status(
        snapshot({ stops: [why], warnings: ['main is not checked out; the board is read at its tip'], entries: held }),
      ),
    ).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 0 of 6 runs · push off
      all waits    a merge of main is open in /repo
      TODO         2 held
      "
    `);
  });

  it('gives an entry of TODO that something else holds a line of its own', () => {
    const held = entry({
      id: null,
      key: 'TODO?1',
      title: 'Expand 世界 status',
      column: 'TODO',
      state: 'held',
      why: 'a branch T-1 is there that is not ours',
    });
    expect(status(snapshot({ entries: [held, entry({ id: 'T-2', column: 'TODO', state: 'parked', why: 'parked' })] })))
      .toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 0 of 6 runs · push off
      TODO         T-?   Expand 世界 status   held  a branch T-1 is there that is not ours
      TODO         1 held · 1 parked
      "
    `);
  });

  it('says a problem once: at its entry, and with its place when details are asked for', () => {
    const why = 'T-2 has no ```sh block';
    const shown = snapshot({
      warnings: [`board/TODO.md:11:1: ${why}`, why],
      warningDetails: [
        { text: `board/TODO.md:11:1: ${why}`, entries: ['T-2'] },
        { text: why, entries: ['T-3'] },
      ],
      entries: [entry({ id: 'T-2', key: 'T-2', column: 'TODO', state: 'held', why })],
    });
    // The second is the reason of an entry that is not shown, whatever its text.
    expect(status(shown).split(why)).toHaveLength(3);
    expect(status(shown)).not.toContain('board/TODO.md:11:1');
    const { warningDetails: _, ...old } = shown;
    expect(status(old as typeof shown)).toContain('board/TODO.md:11:1');
    expect(status(shown, { details: true })).toContain(`board/TODO.md:11:1: ${why}`);
  });

  it('lists every entry of TODO when details are asked for', () => {
    expect(status(sample(), { details: true }).match(/^TODO {9}T-/gm)).toHaveLength(8);
  });

  it('tells runs that stop, stall, start, fix, belong to others, or whose entry is gone', () => {
    const with_ = (id: string, fields: Parameters<typeof run>[0]): ReturnType<typeof entry> =>
      entry({ id, key: id, title: 'A title', run: run({ taskId: id, ...fields }) });
    const shown = snapshot({
      mode: 'finish',
      entries: [
        with_('T-1', { stopping: true }),
        with_('T-2', { stalledSince: NOW - minutes(5) }),
        with_('T-3', { state: 'starting', startedAt: NOW - 2000 }),
        with_('T-4', { purpose: 'mend', role: 'task', last: 'runs \u001b[31mnpm\u001b[0m test\u0007\nmore' }),
        with_('T-5', { state: 'foreign' }),
        with_('T-6', { waiting: { why: '', until: null } }),
        with_('T-7', { state: 'starting', startedAt: NOW, deadlineAt: NOW }),
      ],
      orphanRuns: [run({ taskId: 'T-99' })],
    });
    expect(status(shown)).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · ends when its runs have · 8 of 6 runs · push off
      IN_PROGRESS  T-1   A title           task  claude  6m of 15m   is being stopped
      IN_PROGRESS  T-2   A title           task  claude  6m of 15m   nothing has moved for 5m
      IN_PROGRESS  T-3   A title           task  claude  2s of 9m    starts
      IN_PROGRESS  T-4   A title           fix   claude  6m of 15m   runs npm test more
      IN_PROGRESS  T-5   A title           task  claude  its run T-14-1-task-0123abcd belongs to another …
      IN_PROGRESS  T-6   A title           task  claude  waits for its provider (no retry used)
      IN_PROGRESS  T-7   A title           task  claude  starts
                   T-99  (off the board)   task  claude  6m of 15m
      "
    `);
  });

  it('tells every way in which an entry without a run stands', () => {
    const stands = (id: string, fields: Partial<ReturnType<typeof entry>>): ReturnType<typeof entry> =>
      entry({ id, key: id, title: 'A title', ...fields });
    const shown = snapshot({
      entries: [
        stands('T-1', { state: 'ready', why: 'waits for a place' }),
        stands('T-2', { state: 'waits', why: 'a run was lost: no runner', until: NOW + minutes(2) }),
        stands('T-3', { state: 'waits-for-provider', why: 'rate-limited', until: NOW + minutes(12) }),
        stands('T-4', { state: 'lands', why: 'lands', column: 'TESTING' }),
        stands('T-5', { state: 'parked', why: 'parked', column: 'REVIEW' }),
        stands('T-6', { state: 'running', why: 'its run has ended' }),
        stands('T-7', { state: 'needs-person', tags: ['PAUSED'], why: 'paused: delete [PAUSED] to continue' }),
        stands('T-8', { state: 'needs-person', tags: ['APPROVE'], why: 'waits for approval' }),
      ],
    });
    expect(status(shown)).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 0 of 6 runs · push off
      IN_PROGRESS  T-1   A title    ready   waits for a place
      IN_PROGRESS  T-2   A title    waits   until 14:22: a run was lost: no runner
      IN_PROGRESS  T-3   A title    task    rate-limited until 14:32 (no retry used)
      TESTING      T-4   A title    lands
      REVIEW       T-5   A title    parked
      IN_PROGRESS  T-6   A title    moves   its run has ended
      needs you    T-7   [PAUSED] paused: delete [PAUSED] to continue
                   kanban show T-7 · kanban resume T-7
                   T-8   [APPROVE] waits for approval
                   kanban show T-8 · kanban approve T-8
      "
    `);
  });

  it('says a reason no more than three times, what holds and what does not, and that kanban resume lifts the hold of an agent', () => {
    const held = (id: string | null, title: string): ReturnType<typeof entry> =>
      entry({ id, key: id ?? title, title, column: 'TODO', state: 'held', why: `${id ?? `"${title}"`} has no block` });
    const warnings = [
      { text: 'T-9 is twice there', entries: [], level: 'holds' },
      { text: 'a line is no task', entries: [], level: 'info' },
      { text: 'the lock is held', entries: [] },
    ] as const;
    const provider = { code: 'provider', text: 'rate-limited' } as const;
    const shown = snapshot({
      warningDetails: warnings,
      warnings: warnings.map(({ text }) => text),
      entries: [
        held('T-1', 'One'),
        held(null, 'Two'),
        held('T-3', 'Three'),
        held('T-5', 'Five'),
        held(null, 'Six'),
        entry({ id: 'T-4', key: 'T-4', state: 'waits-for-provider', reason: provider, why: 'rate-limited' }),
      ],
    });
    expect(status(shown, { width: null })).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 0 of 6 runs · push off
      holds        T-9 is twice there
      note         a line is no task
      note         the lock is held
      note         an agent is on hold: kanban resume lets it be tried again at once
      IN_PROGRESS  T-4   Rate-limit the login   task  rate-limited (no retry used)
      TODO         T-1   One                    held  T-1 has no block
      TODO         T-?   Two                    held  "Two" has no block
      TODO         T-3   Three                  held  T-3 has no block
      TODO         T-5   Five                   held  as T-1
      TODO         T-?   Six                    held  as T-1
      TODO         5 held
      "
    `);
  });

  it('groups what waits in TODO', () => {
    const waits = (id: string, on: string[]): ReturnType<typeof entry> =>
      entry({ id, key: id, column: 'TODO', state: 'waits', on, why: '' });
    const shown = snapshot({
      entries: [
        waits('T-1', ['T-9']),
        waits('T-2', ['T-8']),
        waits('T-3', ['T-8']),
        waits('T-4', ['T-7']),
        waits('T-5', ['T-6', 'T-7']),
        entry({
          id: 'T-6',
          column: 'TODO',
          state: 'waits-for-provider',
          why: 'rate-limited',
          until: NOW + minutes(12),
        }),
        ...['T-10', 'T-11'].map((id) =>
          entry({ id, key: id, column: 'TODO', state: 'waits', why: 'waits for a place in the pool (`capacity`)' }),
        ),
        entry({ id: 'T-12', column: 'TODO', state: 'waits', why: 'a command is being carried out' }),
      ],
    });
    expect(status(shown, { width: null })).toContain(
      'TODO         2 wait for T-8 · 1 waits for T-9 · 1 waits for T-7 · 1 waits for other entries · 2 wait for a place in the pool (`capacity`) · 1 waits until 14:32 (rate-limited) · 1 a command is being carried out\n',
    );
  });

  it('lets no text of an agent or a file move the cursor', () => {
    const evil = 'a\u001b[2J\u001b]0;title\u0007\u009b1A\rb\u202e';
    const shown = status(
      snapshot({
        warnings: [evil],
        stops: [evil],
        entries: [entry({ title: evil, run: run({ last: evil }) }), entry({ state: 'needs-person', why: evil })],
      }),
    );
    // eslint-disable-next-line no-control-regex
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  it('colours only when asked', () => {
    expect(status(sample(), { colour: true })).toContain('\u001b[');
    expect(status(sample())).not.toContain('\u001b[');
  });

  it('claims nothing of a run whose runner has died', () => {
    const dead = snapshot({
      coordinator: null,
      entries: ['T-1', 'T-2'].map((id) => entry({ id, key: id, run: run({ taskId: id, stopping: true, lost: true }) })),
      orphanRuns: [run({ taskId: 'T-9', lost: true })],
    });
    expect(status(dead, { width: 200 })).toContain(
      'T-1   Rate-limit the login   task  claude  its runner has died: kanban run keeps its work and continues',
    );
    expect(status(dead)).toContain('· 0 of 6 runs ·');
    expect(status(dead)).not.toContain('stopped');
  });

  it('prints the commands for escalated entries once, and those for others too', () => {
    const needing = (id: string, tag: 'ESCALATED' | 'PAUSED', worktree: string | null): ReturnType<typeof entry> =>
      entry({ id, key: id, tags: [tag], state: 'needs-person', why: `why ${id}`, worktree });
    const entries = [
      needing('T-1', 'ESCALATED', '.worktrees/T-1'),
      needing('T-2', 'ESCALATED', '.worktrees/T-2'),
      needing('T-3', 'PAUSED', null),
      needing('T-4', 'ESCALATED', null),
    ];
    expect(status(snapshot({ entries }))).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 0 of 6 runs · push off
      needs you    T-1   [ESCALATED] why T-1
                   kanban show T-1 · kanban retry T-1 · fix .worktrees/T-1, then kanban retry T-1 --fixed
                   T-2   [ESCALATED] why T-2
                   T-3   [PAUSED] why T-3
                   kanban show T-3 · kanban resume T-3
                   T-4   [ESCALATED] why T-4
                   kanban show T-4 · kanban retry T-4
      "
    `);
  });

  it('stacks rows on a narrow terminal, and breaks no word', () => {
    expect(status(sample(), { width: 60 })).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 2 of 6 runs
      push off
      IN_PROGRESS  T-14  Rate-limit the login
                   task · claude · 6m of 15m · edits
                   src/auth/limit.ts
      REVIEW       T-12  Login crashes on an empty password
                   review · codex · rate-limited until 14:32 (no
                   retry used)
      TESTING      T-11  Drop lodash
                   held · you have changed package.json
      TODO         5 ready · 2 wait for T-12 · 1 being edited
      needs you    T-9   [ESCALATED] tests failed twice:
                         auth.test.ts expected 400, got 500
                   kanban show T-9 · kanban retry T-9
                   fix .worktrees/T-9,
                   then kanban retry T-9 --fixed
      "
    `);
    const whole = new Set(`${status(sample(), { width: null })} …`.split(/\s+/).flatMap((word) => [word, `${word}…`]));
    for (const word of status(sample(), { width: 60 }).trim().split(/\s+/)) expect(whole).toContain(word);
    const [head = ''] = status(snapshot({ mode: 'finish' }), { width: 40 }).split('\n');
    expect(displayWidth(head)).toBeLessThanOrEqual(40);
  });

  it('breaks a long remedy between its steps on a narrow terminal', () => {
    const stuck = entry({
      ...{ id: 'T-12345', column: 'REVIEW', tags: ['ESCALATED'], state: 'needs-person', why: 'tests failed' },
      worktree: '.worktrees/T-12345',
    });
    const lines = status(snapshot({ entries: [stuck] }), { width: 60 }).split('\n');
    expect(lines.map((line) => line.trim())).toContain('then kanban retry T-12345 --fixed');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  });

  it('says once that an entry is being edited', () => {
    const edited = entry({ column: 'REVIEW', state: 'being-edited', why: 'being edited' });
    expect(status(snapshot({ entries: [edited] }))).toMatch(/Rate-limit the login {3}edited$/m);
  });
});
