import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import add from '../../../src/commands/add.ts';
import { CommandRig } from './command-rig.ts';

let rig: CommandRig;
beforeEach(() => {
  rig = new CommandRig(
    'base: main\nroles: { task: { agent: quick } }\nagents: { quick: { kind: command, command: [sh], args: ["{model}"] } }\n',
  );
  for (const role of ['task', 'reviewer', 'tester']) rig.write(`prompts/${role}.md`, 'Do it.\n');
  rig.write('board/TODO.md', '# TODO\n\n## T-3: Three\n\n# Later\n\n## T-4: Parked\n');
  rig.commit('board');
});
afterEach(() => rig.remove());

describe('kanban add', () => {
  it('writes every field, with [PAUSED], on top of TODO', async () => {
    rig.commit('landed\n\nKanban-Move: T-1 TESTING -> CHANGELOG');
    const added = await rig.call(add, ['Port the tests'], {
      depends: 't-1,T-3,t-4',
      agent: 'quick',
      model: 'small-2',
      approve: 'land',
      paused: true,
      top: true,
      body: 'Words.',
    });
    expect(added).toEqual({ code: 0, out: 'T-5 is in TODO: Port the tests\n', err: '' });
    expect(rig.read('board/TODO.md')).toMatch(
      /^# TODO\n\n## \[PAUSED\] T-5: Port the tests\n\n- depends: T-1, T-3, T-4\n- agent: quick\n- model: small-2\n- approve: land\n\nWords\.\n\n## T-3: Three\n/,
    );
  });

  it.each([
    [{ depends: 'T-33' }, '(is it T-3?)', 'fix: write T-3'],
    [{ depends: 'T-77' }, '[unknown-dependency]', ''],
    [{ depends: 'soon' }, '[unreadable-field]', ''],
    [{ depends: 'T-2' }, '[abandoned-dependency]', 'was abandoned'],
    [{ agent: 'quik' }, '[unknown-agent]', 'fix: write quick'],
    [{ agent: 'shell', model: 'x' }, '[agent-without-model]', '--agent'],
    [{ priority: 'soon' }, '[unknown-priority]', 'P0'],
  ])('refuses %j and names the nearest: nothing is written', async (options, ...words) => {
    rig.commit('gone\n\nKanban-Move: T-2 TODO -> ABANDONED');
    const head = rig.git('rev-parse', 'main');
    const refused = await rig.call(add, ['New'], options);
    expect([refused.code, refused.out]).toEqual([2, '']);
    for (const word of words) expect(refused.err).toContain(word);
    const json = JSON.parse((await rig.call(add, ['New'], { ...options, json: true })).out) as unknown;
    expect(json).toMatchObject({ ok: false, id: null, commit: null, message: expect.any(String) as string });
    expect(rig.git('rev-parse', 'main')).toBe(head);
  });

  it('reports all problems at once', async () => {
    const { err } = await rig.call(add, ['New'], { depends: 'T-77, T-88', agent: 'nobody' });
    expect(err.match(/\[[a-z-]+\]/g)).toEqual(['[unknown-dependency]', '[unknown-dependency]', '[unknown-agent]']);
  });
});
