import { rmSync } from 'node:fs';
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { until } from './rig/until.ts';

describe('a command that the coordinator cannot carry out yet', () => {
  it.concurrent('says what it waits for; its request stays when it is ended, and is carried out once', async ({
    made,
  }) => {
    const kanban = made({ todo: '## [PAUSED] T-1: One\n' });
    const coordinator = kanban.start();
    const merge = kanban.path('.git/MERGE_HEAD');
    kanban.write('.git/MERGE_HEAD', `${kanban.git('rev-parse', 'HEAD')}\n`);
    await coordinator.event('hold-changed', ({ why }) => why?.includes('a merge of main is open') === true);
    await kanban.shows('status', 'a merge of main is open');
    const { child, words } = kanban.begin('add', 'Two', '--paused');
    await until(() => words().includes('\n'), coordinator.story());
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(words()).toBe(
      `kanban add waits for the coordinator (pid ${coordinator.pid}): a merge of main is open in ${kanban.root}: ` +
        'nothing is moved or landed until it is finished. The request stays: do not repeat it\n',
    );
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-1: One']);
    rmSync(merge);
    await kanban.stands('T-2', 'TODO');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(kanban.headings('TODO')).toEqual(['[PAUSED] T-1: One', '[PAUSED] T-2: Two']);
  });
});
