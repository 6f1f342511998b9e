import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { Person, WAYS } from './rig/person.ts';

describe('an editor with an old buffer, saved after the coordinator moved entries (I1)', () => {
  it.concurrent.for(WAYS)('by %s: what moved stays moved, what the user wrote stays written', async (way, { made }) => {
    const kanban = made({
      todo: '## T-1: One\n\n## T-2: Two\n\n- depends: T-1\n\nAs it was.\n',
      settings: 'capacity: 1\n',
    });
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause there; report done');
    const buffer = kanban.column('TODO');
    const coordinator = kanban.start();
    await kanban.at('there');
    await new Person(kanban, way).save(
      'TODO',
      `${buffer.replace('As it was.', 'As it is now.')}\n## T-3: Three, new\n`,
    );
    await coordinator.event('old-buffer-read');
    kanban.go('there');
    for (const id of ['T-1', 'T-2', 'T-3']) await coordinator.landed(id);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2', 'T-3']);
    expect(kanban.times('T-1', 'task'), coordinator.story()).toBe(1);
    expect(kanban.prompt('T-2', 'task', 1)).toContain('As it is now.');
    expect(coordinator.all('run-stopped')).toEqual([]);
  });

  it.concurrent('of IN_PROGRESS, while its entry has gone to REVIEW: the words go to where it stands', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\nAs it was.\n' });
    kanban.plan('T-1.task.1', 'save half.txt half; commit; pause task; report done');
    kanban.plan('T-1.reviewer.1', 'pause review; report ready');
    const coordinator = kanban.start();
    await kanban.at('task');
    const buffer = kanban.column('IN_PROGRESS');
    kanban.go('task');
    await kanban.at('review');
    await new Person(kanban, 'rename').save('IN_PROGRESS', buffer.replace('As it was.', 'As it is now.'));
    await coordinator.event('old-buffer-read');
    kanban.go('review');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1']);
    expect(kanban.prompt('T-1', 'tester', 1)).toContain('As it is now.');
    expect(kanban.times('T-1', 'task')).toBe(1);
  });

  it.concurrent('with an entry that has landed meanwhile: it stays landed', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n' });
    const buffer = kanban.column('TODO');
    const coordinator = kanban.start();
    await coordinator.landed('T-1');
    await new Person(kanban, 'plain').save('TODO', buffer.replace('[PAUSED] T-2', 'T-2'));
    await coordinator.landed('T-2');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2']);
  });

  it.concurrent('with quick notes that have landed meanwhile, unchanged or with one more: none is done again', async ({
    made,
  }) => {
    const kanban = made({ todo: '- [ ] Fix the login\n- [ ] Write the docs\n' });
    const buffer = kanban.column('TODO');
    const coordinator = kanban.start();
    await coordinator.landed('T-1');
    await coordinator.landed('T-2');
    const person = new Person(kanban, 'rename');
    await person.save('TODO', buffer);
    await coordinator.event('old-buffer-read');
    await person.save('TODO', `${buffer}- [ ] Add a test\n`);
    await coordinator.landed('T-3');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await kanban.expectDone(['T-1', 'T-2', 'T-3']);
    expect([1, 2, 3].map((n) => kanban.times(`T-${n}`, 'task'))).toEqual([1, 1, 1]);
  });

  it.concurrent('saved while no coordinator ran: the next one reads it in the same way', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\n## [PAUSED] T-2: Two\n' });
    const buffer = kanban.column('TODO');
    const { code } = await kanban.untilDone();
    expect(code).toBe(4);
    await new Person(kanban, 'rename').save('TODO', `${buffer.replace('[PAUSED] ', '')}\n## T-3: Three\n`);
    const { code: second, err } = await kanban.untilDone();
    expect(second, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2', 'T-3']);
  });

  it.concurrent('the user who types on, save after save, while entries move: nothing is lost or doubled', async ({
    made,
  }) => {
    const ids = ['T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6'];
    const kanban = made({ todo: ids.map((id) => `## ${id}: Entry ${id}\n\n`).join(''), settings: 'capacity: 2\n' });
    const buffer = kanban.column('TODO').trimEnd();
    const coordinator = kanban.start();
    const person = new Person(kanban, 'plain');
    const words: string[] = [];
    for (const [n, id] of ids.entries()) {
      await coordinator.landed(id);
      words.push(`Line ${n}`);
      await person.save('TODO', `${buffer}\n\n# Notes\n\n${words.join('\n')}\n`);
    }
    coordinator.signal('SIGINT');
    await coordinator.ended;
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(ids);
    expect(kanban.column('TODO')).toContain(`# Notes\n\n${words.join('\n')}\n`);
  });
});
