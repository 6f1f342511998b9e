import { describe, expect, it } from 'vitest';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import type { Problem } from '../../../src/problem.ts';
import { eventLine } from '../../../src/report/event-line.ts';
import { jsonLine } from '../../../src/report/json-line.ts';
import { createJsonView, createLineView } from '../../../src/report/live/line-view.ts';
import { NOW, stamp } from './board.ts';

const commit = '3f2a9c1d00000000000000000000000000000000';
const title = 'Drop lodash';
const problem: Problem = {
  code: 'duplicate-task-id',
  message: 'T-11 appears twice',
  where: { file: 'board/TODO.md', line: 12, column: 4, length: 4, lineText: '## T-11: Drop lodash' },
  fix: 'give one of them another number',
};
const check = 'check-3-0123abcd';
const run = { id: 'T-11', run: 'T-11-1-task-0123abcd', role: 'task', agent: 'claude' } as const;

/** One of every type: a new type that is missing here does not compile. */
const EVENTS: { readonly [Type in KanbanEvent['type']]: Extract<KanbanEvent, { type: Type }> } = {
  'coordinator-started': { type: 'coordinator-started', pid: 4121, base: 'main', sha: commit },
  'coordinator-ended': { type: 'coordinator-ended', why: 'all is done', runsLeft: 2 },
  'stop-asked': { type: 'stop-asked', now: false, runs: 1 },
  'entry-moved': { type: 'entry-moved', id: 'T-11', title, from: 'TODO', to: 'IN_PROGRESS', why: 'picked', commit },
  'entry-changed': {
    type: 'entry-changed',
    id: 'T-11',
    title,
    column: 'TESTING',
    why: 'the branch has moved since it was tested',
    commit,
  },
  'entry-numbered': { type: 'entry-numbered', id: 'T-11', title, column: 'TODO', commit },
  'entry-added': { type: 'entry-added', id: 'T-11', title, commit },
  'entry-landed': { type: 'entry-landed', id: 'T-11', title, commit, line: '- Dropped lodash (T-11)', byHand: false },
  'entry-abandoned': { type: 'entry-abandoned', id: 'T-11', title, why: 'not needed', commit },
  'entry-undone': {
    type: 'entry-undone',
    id: 'T-11',
    title,
    why: 'lodash is needed',
    landing: '0a1b2c3d00000000000000000000000000000000',
    commit,
  },
  'check-started': { type: 'check-started', check, entries: ['T-11', 'T-12'], purpose: 'first', commit },
  'check-ended': {
    type: 'check-ended',
    check,
    entries: ['T-11', 'T-12'],
    outcome: 'red',
    detail: 'exit 1',
    seconds: 192,
  },
  'check-flaked': { type: 'check-flaked', entries: ['T-11', 'T-12'], commit },
  'check-blamed': { type: 'check-blamed', id: 'T-11', why: 'the check fails with it (exit 1)', partner: null },
  pushed: { type: 'pushed', remote: 'origin', branch: 'main', commit, entries: ['T-11', 'T-12'] },
  integrated: { type: 'integrated', from: 'origin/main', commit, notes: ['T-7 was moved here and there'] },
  'run-started': { type: 'run-started', ...run, purpose: 'work' },
  'run-adopted': { type: 'run-adopted', ...run, purpose: 'work' },
  'run-ended': { type: 'run-ended', ...run, purpose: 'work', cause: 'timed-out', detail: '15m', seconds: 900 },
  'run-put-aside': { type: 'run-put-aside', id: 'T-11', run: run.run, why: 'the entry was moved to TODO' },
  'run-stopped': { type: 'run-stopped', id: 'T-11', run: run.run, why: 'kanban stop' },
  'run-refused': { type: 'run-refused', id: 'T-11', role: 'reviewer', why: 'prompts/reviewer.md is missing' },
  'run-hook': { type: 'run-hook', id: 'T-11', run: run.run, hook: 'after_create' },
  'run-stalled': { type: 'run-stalled', id: 'T-11', run: run.run, since: NOW },
  paused: { type: 'paused', id: null, why: 'the API is down' },
  resumed: { type: 'resumed', id: 'T-11', why: '' },
  'message-given': {
    type: 'message-given',
    id: 'T-11',
    message: '1-01763600000000-0123abcd',
    priority: 'normal',
    seconds: 4,
  },
  injected: {
    type: 'injected',
    id: 'T-11',
    run: run.run,
    message: '1-01763600000000-0123abcd',
    priority: 'normal',
    by: 'Ada',
    text: 'the API is frozen:\nchange only the form',
  },
  'person-needed': {
    type: 'person-needed',
    id: 'T-11',
    title,
    column: 'REVIEW',
    why: 'tests failed twice',
    ways: ['kanban show T-11', 'kanban retry T-11'],
  },
  'work-rescued': {
    type: 'work-rescued',
    id: 'T-11',
    ref: 'refs/kanban/rescue/T-11/1',
    why: 'named like a secret: .env',
  },
  'branch-kept': { type: 'branch-kept', id: 'T-11', ref: 'refs/kanban/abandoned/T-11/1' },
  'board-edited': { type: 'board-edited', files: ['board/TODO.md'], commit },
  'old-buffer-read': {
    type: 'old-buffer-read',
    file: 'board/TODO.md',
    kept: ['T-11', 'T-12'],
    restored: [],
    paused: ['T-13'],
    saved: ['refs/kanban/saves/3'],
  },
  'base-rewritten': { type: 'base-rewritten', from: commit, to: 'aaaaaaaaaa', missing: ['T-9 (1234567)'] },
  'settings-changed': { type: 'settings-changed' },
  'settings-broken': {
    type: 'settings-broken',
    problems: [{ code: 'unknown-key', message: 'there is no setting capcity', fix: 'capacity' }],
  },
  'problem-found': { type: 'problem-found', problem },
  'hold-changed': { type: 'hold-changed', on: 'landings', what: 'landings', why: 'a merge of main is open in /repo' },
  recovered: { type: 'recovered', what: 'the landing of T-11 was finished' },
  'audit-failed': { type: 'audit-failed', id: 'T-11', findings: ['its line is missing in CHANGELOG.md'] },
  'notify-failed': {
    type: 'notify-failed',
    target: 'notify[0] (slack)',
    about: 'T-11 needs you',
    why: 'the server answered 404',
  },
  alert: {
    type: 'alert',
    ...{ alert: 'failed-landings', value: 3, limit: 2, within: null, why: '3 landings failed in a row' },
  },
  'alert-over': { type: 'alert-over', alert: 'failed-landings', seconds: 300 },
  progress: {
    type: 'progress',
    ...{ landed: 3, failed: 1, running: 2, queue: 1, ready: 5, waiting: 2, needs: 1, perHour: 2.1 },
    today: { input: 1000, costUsd: 1.2 },
  },
  notice: {
    type: 'notice',
    message: '.env is ignored by git and there is no .worktreeinclude: agents will not see it',
  },
};

describe('event lines', () => {
  it('has a sentence for every type that no other says already, a problem drawn with its line', () => {
    expect(eventLine(EVENTS['check-blamed'])).toBeNull();
    expect(
      Object.values(EVENTS)
        .flatMap((event) => eventLine(event) ?? [])
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "kanban runs (pid 4121) on main@3f2a9c1
      kanban has ended: all is done; 2 runs left alive, which the next \`kanban run\` takes on
      nothing new is started; 1 run may finish (again: stop them now)
      T-11 TODO → IN_PROGRESS (picked): Drop lodash
      T-11 in TESTING: the branch has moved since it was tested
      T-11 is the number of "Drop lodash" in TODO
      T-11 added to TODO: Drop lodash
      T-11 landed (3f2a9c1): Drop lodash
      T-11 abandoned (not needed): Drop lodash
      T-11 undone (lodash is needed): its landing 0a1b2c3 is taken back (3f2a9c1)
      check started: T-11, T-12
      check of T-11, T-12 failed after 3m: exit 1
      check of T-11, T-12 was a flake: it failed, and now passed on the same commit (3f2a9c1)
      pushed to origin/main (3f2a9c1): T-11, T-12
      base was brought up to origin/main (3f2a9c1): T-7 was moved here and there
      T-11 work begins (claude)
      T-11 work continues (claude): it outlived the coordinator that started it
      T-11 work was ended at its time limit after 15m: 15m
      discarded the result of T-11 (task): the entry was moved to TODO
      T-11 its run is being stopped: kanban stop
      T-11 review could not be started: prompts/reviewer.md is missing
      T-11 the hook after_create runs
      T-11 nothing moves in its run: no output, no CPU, no changed file
      everything is paused (the API is down)
      T-11 continues
      T-11 message from Ada: the API is frozen: change only the form
      T-11 needs you: tests failed twice
      kanban show T-11 · kanban retry T-11
      T-11 work kept under refs/kanban/rescue/T-11/1: named like a secret: .env
      T-11 branch kept under refs/kanban/abandoned/T-11/1
      your edit of board/TODO.md was committed (3f2a9c1)
      board/TODO.md was saved from an older text: T-11, T-12 stays where it has moved to; T-13 is back as [PAUSED] (delete it again, or delete [PAUSED]); text of yours that is in no file now is kept: git show refs/kanban/saves/3:board/TODO.md
      base was rewritten from 3f2a9c1 to aaaaaaa; landings that are missing now: T-9 (1234567)
      WORKFLOW.md was read again
      WORKFLOW.md can not be used as it is; the last good settings stay
      there is no setting capcity [unknown-key]
        fix: capacity
      board/TODO.md:12:4: T-11 appears twice [duplicate-task-id]
          ## T-11: Drop lodash
             ~~~~
        fix: give one of them another number
      landings: waits, a merge of main is open in /repo
      a crash had interrupted something: the landing of T-11 was finished
      T-11 landed, but not as it was built: its line is missing in CHANGELOG.md
      notify[0] (slack) did not get "T-11 needs you": the server answered 404
      alert: 3 landings failed in a row
      alert over: failed-landings (5m)
      progress: 3 landed (2.1/h) · 1 run failed · 2 in work · 1 in the queue · 5 ready · 2 waiting · 1 needs you · today 1k tokens, $1.20
      .env is ignored by git and there is no .worktreeinclude: agents will not see it"
    `);
  });

  it('tells the other faces of some', () => {
    const faces: KanbanEvent[] = [
      { type: 'stop-asked', now: true, runs: 2 },
      { type: 'coordinator-ended', why: 'stopped', runsLeft: 0 },
      { type: 'hold-changed', on: 'landings', what: 'landings', why: null },
      { ...EVENTS['entry-landed'], byHand: true },
      { ...EVENTS['check-started'], purpose: 'again' },
      { ...EVENTS['check-started'], entries: [], purpose: 'control' },
      { ...EVENTS['check-started'], entries: ['T-11'], purpose: 'search' },
      { ...EVENTS['check-started'], entries: ['T-11'], purpose: 'confirm' },
      { ...EVENTS['check-started'], entries: Array.from({ length: 16 }, (_, index) => `T-${index}`) },
      { ...EVENTS['check-ended'], outcome: 'green', detail: '', seconds: 0.4 },
      { ...EVENTS['check-ended'], entries: [], outcome: 'error', detail: 'the disk was full while it ran (exit 1)' },
      { ...EVENTS['check-flaked'], entries: [] },
      { ...EVENTS['pushed'], entries: [] },
      { ...EVENTS['integrated'], from: 'origin/release', notes: [] },
      { ...EVENTS['progress'], landed: 0, failed: 0, queue: 0, waiting: 0, needs: 0, today: {} },
      { ...EVENTS['progress'], needs: 2 },
      { ...EVENTS['run-started'], role: 'task', purpose: 'mend' },
      { ...EVENTS['run-ended'], role: 'tester', cause: 'reported', detail: '', seconds: 42 },
      { ...EVENTS['run-ended'], role: 'task', purpose: 'mend', cause: 'reported', detail: '', seconds: 42 },
    ];
    expect(faces.map(eventLine).join('\n')).toMatchInlineSnapshot(`
      "stopping 2 runs; the work is kept
      kanban has ended: stopped
      landings: continues
      T-11 landed, merged by hand (3f2a9c1): Drop lodash
      check started: T-11, T-12 (again, after a failure)
      check started: base alone (to see whether it passes)
      check started: T-11 (in search of the culprit)
      check started: T-11 (once more, to confirm the culprit)
      check started: T-0, T-1, T-2, T-3, T-4, T-5, T-6, T-7 and 8 more
      check of T-11, T-12 passed after <1s
      check of base alone could not be carried out after 3m: the disk was full while it ran (exit 1)
      check of base alone was a flake: it failed, and now passed on the same commit (3f2a9c1)
      pushed to origin/main (3f2a9c1)
      base was brought up to origin/release (3f2a9c1)
      progress: 0 landed · 2 in work · 5 ready
      progress: 3 landed (2.1/h) · 1 run failed · 2 in work · 1 in the queue · 5 ready · 2 waiting · 2 need you · today 1k tokens, $1.20
      T-11 fixing begins (claude)
      T-11 test ended after 42s
      T-11 fixing ended after 42s"
    `);
  });

  it('leaves out what says nothing: no run to stop, no result to lose', () => {
    expect(eventLine({ type: 'stop-asked', now: true, runs: 0 })).toBeNull();
    for (const why of ['not-started: no agent', 'provider: limit', 'stopped: by Ada', 'lost: '])
      expect(eventLine({ ...EVENTS['run-put-aside'], why })).toBeNull();
  });

  it('lets no text of an agent move the cursor', () => {
    const text = eventLine({ ...EVENTS['run-ended'], detail: 'a\u001b[2J\u0007\r\nb' });
    expect(text).toBe('T-11 work was ended at its time limit after 15m: a b');
  });

  it('stamps a line and indents what stands under it', () => {
    const out: string[] = [];
    const view = createLineView({ stdout: { write: (text: string) => out.push(text) }, stamp });
    view.event({ ...EVENTS['person-needed'], at: NOW });
    view.close();
    view.event({ ...EVENTS['notice'], at: NOW });
    expect(out).toEqual([
      '14:20:00  T-11 needs you: tests failed twice\n          kanban show T-11 · kanban retry T-11\n',
    ]);
  });

  it('says of problems in a row that differ in their entry only where the others are', () => {
    const out: string[] = [];
    const view = createLineView({ stdout: { write: (text: string) => out.push(text) }, stamp });
    const tell = (id: string, line: number): void => {
      const found = { ...problem, message: `${id} is for nobody`, where: { ...problem.where!, line } };
      view.event({ type: 'problem-found', problem: found, at: NOW });
    };
    tell('T-1', 3);
    tell('T-2', 5);
    view.event({ type: 'problem-found', problem, at: NOW });
    tell('T-3', 7);
    view.event({ ...EVENTS['notice'], at: NOW });
    tell('T-4', 9);
    view.event({ type: 'problem-found', problem: { code: 'x', message: 'T-1 is odd' }, at: NOW });
    expect(out.map((text) => text.split('\n')[0])).toEqual([
      '14:20:00  board/TODO.md:3:4: T-1 is for nobody [duplicate-task-id]',
      '14:20:00  board/TODO.md:5: the same for T-2 [duplicate-task-id]',
      '14:20:00  board/TODO.md:12:4: T-11 appears twice [duplicate-task-id]',
      '14:20:00  board/TODO.md:7: the same for T-3 [duplicate-task-id]',
      expect.stringContaining(EVENTS['notice'].message),
      '14:20:00  board/TODO.md:9:4: T-4 is for nobody [duplicate-task-id]',
      '14:20:00  T-1 is odd [x]',
    ]);
  });

  it('is the event itself in JSON, one a line, time and type first', () => {
    expect(jsonLine({ ...EVENTS['entry-added'], at: NOW })).toBe(
      `{"at":${NOW},"type":"entry-added","id":"T-11","title":"Drop lodash","commit":"${commit}"}`,
    );
    const out: string[] = [];
    const view = createJsonView({ stdout: { write: (text: string) => out.push(text) } });
    for (const event of Object.values(EVENTS)) view.event({ ...event, at: NOW });
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual(
      Object.values(EVENTS).map((event) => ({ ...event, at: NOW })),
    );
  });
});
