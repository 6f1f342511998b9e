import { describe, expect, it } from 'vitest';
import type { FailedAction } from '../../../../src/pipeline/failures.ts';
import {
  acts,
  branch,
  entry,
  facts,
  history,
  moveOf,
  noteOf,
  NOW,
  request,
  run,
  settings,
  types,
  world,
} from '../build-world.ts';

const BY = ['Kanban-By: T-1 Ada <ada@example.org>', 'Kanban-Reason: T-1 given'];
const GIVEN = { name: 'Kanban-Reason', value: 'T-1 given' };
const stuck = (column: 'IN_PROGRESS' | 'REVIEW' | 'TESTING', attempts = {}) =>
  facts(entry('T-1', column, { tags: ['ESCALATED'], attempts, feedback: 'red' }));
const ask = (of: ReturnType<typeof facts>, ...args: Parameters<typeof request>) =>
  world([of], { requests: [request(...args)] });
const answers = (of: ReturnType<typeof world>) =>
  acts(of).flatMap((action) => (action.type === 'answer-request' ? [action.reply] : []));

/** An entry with checkboxes, as parsed. */
const boxes = facts(
  entry('T-1', 'REVIEW', {
    source: '## T-1: One\n\n- [ ] first\n- [x] second\n- [ ] Same\n- [ ] same\n',
    criteria: [
      { text: 'first', checked: false },
      { text: 'second', checked: true },
      { text: 'Same', checked: false },
      { text: 'same', checked: false },
    ],
    feedback: 'red',
  }),
);

describe('requests that change the text', () => {
  it('tick a checkbox, and stop no run', () => {
    const busy = world([boxes], {
      requests: [request('tick', 'T-1', { criterion: 'FIRST', via: 'web' })],
      runs: [run('T-1')],
    });
    expect(acts(busy).filter(({ type }) => type !== 'answer-request')).toEqual([
      expect.objectContaining({
        type: 'edit-entry',
        text: boxes.entry.source.replace('- [ ] first', '- [x] first'),
        was: null,
        why: 'ticked: FIRST',
        trailers: [{ name: 'Kanban-By', value: 'T-1 Ada <ada@example.org> via web' }, GIVEN],
      }),
    ]);
  });

  it.each([
    ['frist', {}, false, 'T-1 has no checkbox with that text; the nearest is: first'],
    ['nothing at all', {}, false, 'T-1 has no checkbox with that text'],
    ['SAME', {}, false, 'T-1 has several checkboxes with that text: kanban edit T-1'],
    ['second', {}, true, 'T-1: it is ticked already'],
    ['first', { done: false }, true, 'T-1: it is not ticked already'],
  ])('tick %j %j is answered: %s %s', (criterion, more, ok, message) => {
    expect(answers(ask(boxes, 'tick', 'T-1', { criterion, ...more }))).toEqual([{ ok, message }]);
  });

  it('tick refuses what cannot be found in the text alone', () => {
    const odd = facts(entry('T-1', 'TODO', { source: '', criteria: [{ text: 'first', checked: false }] }));
    expect(answers(ask(odd, 'tick', 'T-1', { criterion: 'first' }))).toMatchObject([{ ok: false }]);
  });

  it('comment adds to the feedback', () => {
    expect(moveOf(ask(boxes, 'comment', 'T-1', { text: ' two\nlines ' }))).toMatchObject({
      to: 'REVIEW -> REVIEW',
      fields: { feedback: 'red; two lines' },
      trailers: BY,
    });
    const none = facts(entry('T-1', 'TODO'));
    expect(moveOf(ask(none, 'comment', 'T-1', { text: 'one' }))).toMatchObject({ fields: { feedback: 'one' } });
    expect(answers(ask(none, 'comment', 'T-1', { text: ' \n' }))).toEqual([
      { ok: false, message: 'the comment is empty' },
    ]);
    expect(answers(ask(none, 'comment', 'T-1', { text: 'x'.repeat(8_001) }))).toMatchObject([{ ok: false }]);
  });

  it('any of them is refused when the user has seen another text', () => {
    const hashes = new Map([['T-1', 'now']]);
    const asked = (was: string) => world([boxes], { requests: [request('move', 'T-1', { to: 'TODO', was })], hashes });
    expect(answers(asked('then'))).toEqual([
      { ok: false, message: 'T-1 was changed meanwhile: nothing is written', text: boxes.entry.source },
    ]);
    expect(answers(asked('now'))).toEqual([]);
  });
});

describe('requests', () => {
  it('add', () => {
    expect(acts(world([], { requests: [request('add', null, { text: 'Fix it' })] }))).toEqual([
      { type: 'add-entry', text: 'Fix it', request: 'r1' },
    ]);
  });

  it.each([
    ['TODO', 'REVIEW -> TODO', 'top', { attempts: null, reviewed: null, tested: null }, []],
    ['in-progress', 'REVIEW -> IN_PROGRESS', 'bottom', { attempts: null, reviewed: null, tested: null }, []],
    [
      'Testing',
      'REVIEW -> TESTING',
      'bottom',
      { attempts: null, reviewed: 'tip1', tested: null },
      ['Kanban-Reviewed: T-1 tip1', 'Kanban-Verdict: T-1 reviewer by-hand'],
    ],
  ] as const)('move to %s has the meaning of the same hand edit', (to, moved, position, fields, more) => {
    const move = moveOf(ask(stuck('REVIEW', { reviewer: 2 }), 'move', 'T-1', { to }));
    expect(move).toMatchObject({ to: moved, position, fields, request: 'r1', report: 'because' });
    expect(move.remove).toEqual(expect.arrayContaining(['RETRY', 'ESCALATED']));
    expect(move.trailers).toEqual([`Kanban-Move: T-1 ${moved}`, ...BY, ...more]);
  });

  it('move to REVIEW: its verdicts go', () => {
    const tested = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }));
    expect(moveOf(ask(tested, 'move', 'T-1', { to: 'review', position: 'top' }))).toMatchObject({
      to: 'TESTING -> REVIEW',
      position: 'top',
      fields: { reviewed: null, tested: null },
    });
  });

  it('move stops the run of an entry that changes column first, and of no other', () => {
    const at = (to: string) =>
      world([facts(entry('T-2', 'IN_PROGRESS')), facts(entry('T-1', 'IN_PROGRESS'))], {
        runs: [run('T-1')],
        requests: [request('move', 'T-1', { to, before: 'T-2' })],
      });
    expect(acts(at('IN_PROGRESS'))).toMatchObject([{ type: 'move-entry', before: 'T-2', reorders: true }, {}]);
    const away = world([facts(entry('T-1', 'IN_PROGRESS'))], {
      runs: [run('T-1')],
      requests: [request('move', 'T-1', { to: 'TODO' })],
    });
    expect(acts(away)).toMatchObject([{ type: 'stop-run', detail: 'kanban move' }]);
  });

  it.each([
    ['move', { to: 'REVEIW' }],
    ['move', { to: 'REVIEW' }],
    ['move', { to: 'TODO', before: 'T-77' }],
    ['retry', {}],
    ['resume', {}],
  ] as const)('a command that is refused stops no run: %s %j', (command, more) => {
    const busy = world([facts(entry('T-1', 'IN_PROGRESS'), { branch: null })], {
      runs: [run('T-1')],
      requests: [request(command, 'T-1', more)],
    });
    expect(types(busy)).toEqual(['answer-request']);
  });

  it.each([
    ['DONE', {}, "'DONE' is not a column"],
    ['TODO', {}, 'T-1 is in TODO already'],
    ['REVIEW', {}, 'nothing is committed on branch T-1'],
    ['TODO', { before: 'T-1' }, 'T-1 is not an entry of TODO that something can be put before'],
    ['TODO', { before: 'T-7' }, 'T-7 is not an entry'],
  ])('move to %s %j is refused: %s', (to, more, message) => {
    const bare = facts(entry('T-1', 'TODO'), { branch: null });
    expect(answers(ask(bare, 'move', 'T-1', { to, ...more }))).toEqual([
      { ok: false, message: expect.stringContaining(message) as string },
    ]);
  });

  it('move takes a parked entry out of its section, prioritize puts one on top of its column', () => {
    expect(moveOf(ask(facts(entry('T-1', 'TODO', { parked: true })), 'move', 'T-1', { to: 'TODO' }))).toMatchObject({
      to: 'TODO -> TODO',
      fields: {},
    });
    const two = [
      facts(entry('T-2', 'TODO')),
      facts(entry('T-1', 'TODO')),
      facts(entry('T-3', 'TODO', { parked: true })),
    ];
    const prioritized = (id: string) => acts(world(two, { requests: [request('prioritize', id)], mode: 'finish' }));
    expect(prioritized('T-1')).toMatchObject([
      { type: 'move-entry', from: 'TODO', to: 'TODO', position: 'top', reorders: true, change: {} },
    ]);
    expect(prioritized('T-2')).toMatchObject([
      { type: 'answer-request', reply: { ok: true, message: 'T-2 is on top of its column already' } },
    ]);
    expect(prioritized('T-3')).toMatchObject([
      {
        type: 'answer-request',
        reply: { ok: false, message: expect.stringContaining('kanban move T-3 TODO') as string },
      },
    ]);
    expect(answers(world(two, { requests: [request('move', 'T-2', { to: 'TODO', before: 'T-1' })] }))).toEqual([
      { ok: false, message: 'T-2 is right before T-1 already' },
    ]);
  });

  it('edit lets a run continue, rm stops it and leaves no line in CHANGELOG.md', () => {
    const busy = (command: 'edit' | 'rm', runs = [run('T-1')]) =>
      acts(
        world([facts(entry('T-1', 'IN_PROGRESS'))], {
          runs,
          requests: [
            request(command, 'T-1', { text: '## T-1: New', why: '', ...(command === 'edit' ? { was: 'hash' } : {}) }),
          ],
        }),
      );
    expect(busy('edit')).toEqual([
      {
        ...{ type: 'edit-entry', key: 'T-1', id: 'T-1', column: 'IN_PROGRESS', text: '## T-1: New', was: 'hash' },
        ...{ trailers: [{ name: 'Kanban-By', value: 'T-1 Ada <ada@example.org>' }], request: 'r1' },
      },
    ]);
    expect(busy('rm')).toMatchObject([{ type: 'stop-run' }]);
    expect(busy('rm', [])).toMatchObject([{ type: 'abandon-entry', deleted: true, why: 'deleted from the board' }]);
  });

  it('add puts an entry where it is asked to', () => {
    const top = world([], { requests: [request('add', null, { text: 'Fix it', position: 'top' })] });
    expect(acts(top)).toEqual([{ type: 'add-entry', text: 'Fix it', request: 'r1', position: 'top' }]);
  });

  it('retry: the same stage with a fresh budget', () => {
    for (const column of ['IN_PROGRESS', 'REVIEW', 'TESTING'] as const)
      expect(moveOf(ask(stuck(column), 'retry', 'T-1'))).toMatchObject({
        to: `${column} -> ${column}`,
        remove: ['ESCALATED', 'RETRY'],
        fields: { attempts: null },
        request: 'r1',
        trailers: BY,
        report: 'because',
      });
    expect(answers(ask(facts(entry('T-1', 'REVIEW')), 'retry', 'T-1'))).toMatchObject([{ ok: false }]);
  });

  it.each([
    ['the task failed', 'IN_PROGRESS', { task: 2 }, 'IN_PROGRESS -> REVIEW', undefined],
    ['the reviewer sent it back twice', 'REVIEW', { reviewer: 2 }, 'REVIEW -> REVIEW', undefined],
    ['the tests failed twice', 'REVIEW', { tester: 2 }, 'REVIEW -> TESTING', 'tip2'],
    ['it conflicted twice', 'REVIEW', { landing: 2 }, 'REVIEW -> TESTING', 'tip2'],
    [
      'the reviewer sent it back twice, after one failed test',
      'REVIEW',
      { tester: 1, reviewer: 2 },
      'REVIEW -> REVIEW',
      undefined,
    ],
    ['escalated in TESTING', 'TESTING', {}, 'TESTING -> TESTING', 'tip2'],
  ] as const)('retry --fixed, %s: on at the stage that failed', (_, column, attempts, to, reviewed) => {
    const move = moveOf(
      ask({ ...stuck(column, attempts), branch: branch({ tip: 'tip2' }) }, 'retry', 'T-1', { fixed: true }),
    );
    expect(move).toMatchObject({ to, remove: ['ESCALATED', 'RETRY'], fields: { attempts: null, feedback: null } });
    expect(move.fields.reviewed).toBe(reviewed);
    expect(move.trailers.filter((trailer) => trailer.startsWith('Kanban-Reviewed'))).toEqual(
      reviewed === undefined ? [] : ['Kanban-Reviewed: T-1 tip2'],
    );
  });

  it('retry --fixed without a commit is refused', () => {
    expect(
      answers(ask({ ...stuck('IN_PROGRESS'), branch: branch({ tip: 'start' }) }, 'retry', 'T-1', { fixed: true })),
    ).toMatchObject([{ ok: false }]);
  });

  it.each([
    ['sent back', { rejected: new Map([['T-1', 'tip1']]) }],
    ['tested', { reviewed: new Set(['T-1 tip1']) }],
  ])('retry --fixed with nothing new since it was %s is refused; a new commit is judged', (_, past) => {
    const stuckWith = (tip: string) =>
      world([{ ...stuck('REVIEW', { tester: 2 }), branch: branch({ tip }) }], {
        requests: [request('retry', 'T-1', { fixed: true })],
        history: { ...world([]).history, ...past },
      });
    expect(answers(stuckWith('tip1'))).toMatchObject([
      { ok: false, message: expect.stringMatching(/^nothing is new on branch T-1 since it failed \(tip1\)/) },
    ]);
    expect(moveOf(stuckWith('tip2'))).toMatchObject({ to: 'REVIEW -> TESTING' });
  });

  it('rescope: back to TODO on a fresh branch; deprioritize: to the bottom with the blocker noted', () => {
    const fresh = ask(stuck('REVIEW', { reviewer: 2 }), 'rescope', 'T-1');
    expect(acts(fresh)).toMatchObject([{ type: 'retire-branch', id: 'T-1', how: 'afresh' }, { type: 'move-entry' }]);
    expect(moveOf(fresh)).toMatchObject({
      to: 'REVIEW -> TODO',
      position: 'top',
      remove: ['RETRY', 'ESCALATED', 'APPROVE'],
      fields: {
        attempts: null,
        reviewed: null,
        tested: null,
        feedback: 'because (findings before: red)',
        changelog: null,
      },
    });
    const later = ask(stuck('IN_PROGRESS'), 'deprioritize', 'T-1', { why: 'waits for\nthe API' });
    expect(acts(later)).toHaveLength(1);
    expect(moveOf(later)).toMatchObject({
      to: 'IN_PROGRESS -> TODO',
      position: 'bottom',
      fields: { feedback: 'waits for the API (findings before: red)' },
      add: ['PAUSED'],
    });
    expect(moveOf(ask(stuck('IN_PROGRESS'), 'deprioritize', 'T-1', { resume: true })).add).toEqual([]);
    expect(moveOf(ask(stuck('IN_PROGRESS'), 'deprioritize', 'T-1', { why: '' })).fields).not.toHaveProperty('feedback');
  });

  it('keep the findings behind the reason, once; only a fresh branch strikes the changelog line', () => {
    const found = (feedback: string): ReturnType<typeof facts> =>
      facts(entry('T-1', 'REVIEW', { tags: ['ESCALATED'], feedback, changelog: 'Fixed: Old line' }), {
        branch: branch(),
      });
    const fields = (command: 'rescope' | 'deprioritize', feedback: string, why = 'another way') =>
      moveOf(ask(found(feedback), command, 'T-1', { why })).fields;
    const kept = 'another way (findings before: no test)';
    expect(fields('rescope', 'no test')).toMatchObject({ feedback: kept, changelog: null });
    expect(fields('deprioritize', 'no test')).toMatchObject({ feedback: kept });
    expect(fields('rescope', kept)).not.toHaveProperty('feedback');
    expect(fields('rescope', 'no test', '')).not.toHaveProperty('feedback');
    expect(fields('rescope', 'no test', '')).toHaveProperty('changelog', null);
    expect(fields('deprioritize', 'no test')).not.toHaveProperty('changelog');
  });

  it('abandon, approve', () => {
    expect(acts(ask(stuck('REVIEW'), 'abandon', 'T-1'))).toEqual([
      { type: 'abandon-entry', key: 'T-1', id: 'T-1', from: 'REVIEW', why: 'because', request: 'r1' },
    ]);
    expect(moveOf(ask(facts(entry('T-1', 'TODO', { tags: ['APPROVE'] })), 'approve', 'T-1'))).toMatchObject({
      remove: ['APPROVE'],
      trailers: BY,
      request: 'r1',
    });
    expect(answers(ask(facts(entry('T-1', 'TODO')), 'approve', 'T-1'))).toMatchObject([{ ok: false }]);
    const waiting = entry('T-1', 'TESTING', { tags: ['APPROVE'] });
    const none = facts(waiting, { branch: null });
    for (const [of, tip] of [[facts(waiting), 'tip1'] as const, [none, null] as const])
      expect(moveOf(ask(of, 'approve', 'T-1', { tip }))).toMatchObject({ remove: ['APPROVE'] });
    for (const tip of ['tip0', null])
      expect(answers(ask(facts(waiting), 'approve', 'T-1', { tip }))).toEqual([
        { ok: false, message: 'the branch of T-1 is at tip1 now: nothing is written' },
      ]);
    expect(answers(ask(none, 'approve', 'T-1', { tip: 'tip1' }))).toEqual([
      { ok: false, message: 'T-1 has no branch any more: nothing is written' },
    ]);
  });

  it('stop: [PAUSED], the run may end; --now ends it first', () => {
    const working = facts(entry('T-1', 'IN_PROGRESS'));
    const soft = world([working], { runs: [run('T-1')], requests: [request('stop', 'T-1')] });
    expect([types(soft), moveOf(soft).add]).toEqual([['move-entry'], ['PAUSED']]);
    expect(acts(soft)).toMatchObject([
      { why: expect.stringContaining('kanban stop T-1 --now ends the run') as string },
    ]);
    const hard = { requests: [request('stop', 'T-1', { now: true })] };
    expect(types(world([working], { ...hard, runs: [run('T-1')] }))).toEqual(['stop-run']);
    expect(acts(world([working], { ...hard, runs: [run('T-1', { stopping: true })] }))).toEqual([]);
    expect(moveOf(world([working], hard)).add).toEqual(['PAUSED']);
    expect(answers(ask(facts(entry('T-1', 'REVIEW', { tags: ['PAUSED'] })), 'stop', 'T-1', { why: '' }))).toEqual([
      { ok: true, message: 'T-1: paused, with no active run: kanban resume T-1 continues it' },
    ]);
    const paused = facts(entry('T-1', 'IN_PROGRESS', { tags: ['PAUSED'] }));
    for (const command of ['stop', 'pause'] as const)
      expect(acts(ask(paused, command, 'T-1', { why: 'the API changes' }))).toMatchObject([
        { type: 'move-entry', report: 'the API changes', change: {}, why: 'paused already; the reason is changed' },
      ]);
    expect(types(world([paused], { ...hard, runs: [run('T-1')] }))).toEqual(['stop-run']);
  });

  it("a run is stopped before its entry is moved or abandoned; a foreign one can't be", () => {
    for (const command of ['rescope', 'deprioritize', 'abandon'] as const) {
      const working = facts(entry('T-1', 'IN_PROGRESS'));
      expect(acts(world([working], { runs: [run('T-1')], requests: [request(command, 'T-1')] }))).toMatchObject([
        { type: 'stop-run', detail: `kanban ${command}` },
      ]);
      expect(
        answers(world([working], { runs: [run('T-1', { state: 'foreign' })], requests: [request(command, 'T-1')] })),
      ).toMatchObject([{ ok: false }]);
    }
  });

  it('is carried out once, whoever asks again after a crash (I8)', () => {
    for (const command of ['add', 'retry', 'rescope', 'deprioritize', 'abandon', 'approve', 'stop'] as const) {
      const of = world([stuck('REVIEW')], {
        requests: [request(command, command === 'add' ? null : 'T-1')],
        history: history({ requests: new Set(['r1']) }),
      });
      expect(acts(of)).toEqual([{ type: 'answer-request', request: 'r1', reply: { ok: true, message: 'done' } }]);
    }
  });

  it('an id that is not on the board is answered; two commands for one entry go one after the other', () => {
    expect(answers(world([], { requests: [request('retry', 'T-9')] }))).toEqual([
      { ok: false, message: 'T-9 is not on the board' },
    ]);
    expect(answers(ask(stuck('REVIEW'), 'retry', 'T-11'))).toEqual([
      { ok: false, message: 'T-11 is not on the board; did you mean T-1?' },
    ]);
    expect(types(ask(stuck('REVIEW'), 'retry', 't-1'))).toEqual(['move-entry']);
    const gone = history({ landed: new Map([['T-2', 'c0ffee']]), abandoned: new Set(['T-3']) });
    for (const [typed, message] of [
      ['t-2', 'T-2 has landed: kanban undo T-2 --why "…" reverts it'],
      ['T-3', 'T-3 was abandoned: write its entry into TODO.md to have it done after all'],
    ] as const)
      expect(answers(world([stuck('REVIEW')], { history: gone, requests: [request('retry', typed)] }))).toEqual([
        { ok: false, message },
      ]);
    const both = world([stuck('REVIEW')], {
      requests: [request('retry', 'T-1'), request('abandon', 'T-1', { id: 'r2' })],
    });
    expect(types(both)).toEqual(['move-entry']);
  });
});

describe('a request that comes from a run', () => {
  const origin = { run: 'T-1-1-task-00000001', taskId: 'T-1' };
  const added = (proposed: number) =>
    world([], {
      requests: [request('add', null, { text: 'Fix it', origin })],
      history: history({ proposed: new Map([[origin.run, proposed]]) }),
      settings: settings({ plan: { max: 3 } }),
    });

  it('may add entries, up to `plan.max`, and is named in them', () => {
    expect(acts(added(2))).toEqual([{ type: 'add-entry', text: 'Fix it', request: 'r1', proposedBy: origin }]);
    expect(answers(added(3))).toEqual([
      { ok: false, message: `${origin.run} has added 3 entries: a run may not add more (\`plan.max\`)` },
    ]);
    const two = { text: '## T-?: One\n\n## T-?: Two\n', keys: ['a', ''], origin };
    const asks = (proposed: number) =>
      world([], {
        requests: [request('add', null, { ...two, position: 'top' })],
        history: history({ proposed: new Map([[origin.run, proposed]]) }),
        settings: settings({ plan: { max: 3 } }),
      });
    expect(acts(asks(1))).toEqual([
      { type: 'add-entry', text: two.text, keys: two.keys, request: 'r1', proposedBy: origin },
    ]);
    expect(answers(asks(2))).toEqual([
      {
        ok: false,
        message: `${origin.run} has added 2 entries and asks for 2 more: a run may add 3 (\`plan.max\`)`,
      },
    ]);
  });

  it.each(['retry', 'rescope', 'deprioritize', 'abandon', 'approve', 'undo', 'stop', 'pause', 'resume'] as const)(
    'is refused if it asks for anything else (%s)',
    (command) => {
      const of = ask(stuck('REVIEW'), command, 'T-1', { origin });
      expect(acts(of)).toHaveLength(1);
      expect(answers(of)).toEqual([
        { ok: false, message: `\`kanban ${command}\` is refused: it comes from the run ${origin.run}` },
      ]);
    },
  );
});

describe('a command that could not be carried out', () => {
  const until = NOW + 30_000;
  const failed: FailedAction = {
    key: 'abandon T-1 r1',
    id: 'T-1',
    what: 'abandon of T-1',
    why: 'the disk is full',
    fix: 'make room',
    lasting: false,
    untried: false,
    times: 3,
    since: NOW - 1_000,
    until,
  };
  const abandoning = (now: number) =>
    world([stuck('REVIEW')], { now, requests: [request('abandon', 'T-1')], failures: new Map([[failed.key, failed]]) });

  it('is not tried before its time, and its entry says why; then it is', () => {
    expect(acts(abandoning(NOW))).toEqual([]);
    expect(noteOf(abandoning(NOW), 'T-1')).toMatchObject({
      state: 'held',
      why: 'the disk is full. Fix: make room',
      until,
    });
    expect(types(abandoning(until))).toEqual(['abandon-entry']);
  });
});
