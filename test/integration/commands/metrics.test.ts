import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import metrics from '../../../src/commands/metrics.ts';
import { CommandRig } from './command-rig.ts';

let rig: CommandRig;
beforeEach(() => {
  rig = new CommandRig();
});
afterEach(() => rig.remove());

const move = (id: string, from: string, to: string): string =>
  rig.commit(`move\n\nKanban-Move: ${id} ${from} -> ${to}`);

interface Printed {
  readonly commit: string;
  readonly commits: number;
  readonly total: { readonly landed: number };
  readonly history: readonly { readonly id: string; readonly title: string | null }[];
}
const read = async (): Promise<Printed> => JSON.parse((await rig.call(metrics, [], { json: true })).out) as Printed;

describe('kanban metrics', () => {
  it('counts what is new only, and all again after a rewrite; a fresh clone has the same', async () => {
    move('T-1', 'TODO', 'IN_PROGRESS');
    move('T-1', 'TESTING', 'CHANGELOG');
    const kept = join(rig.root, '.git/kanban/metrics.json');
    expect(await read()).toMatchObject({ total: { landed: 1 }, commits: 3 });
    expect(existsSync(kept)).toBe(true);
    const tip = move('T-2', 'TESTING', 'CHANGELOG');
    const more = await read();
    expect(more).toMatchObject({ total: { landed: 2 }, commits: 4, commit: tip });
    const state = readFileSync(kept, 'utf8');
    rmSync(kept);
    expect(await read()).toEqual(more);
    expect(readFileSync(kept, 'utf8')).toBe(state);
    const clone = `${rig.root} clone`;
    try {
      execFileSync('git', ['clone', '-q', rig.root, clone]);
      const inClone = Object.assign(Object.create(rig) as CommandRig, { root: clone });
      expect(JSON.parse((await inClone.call(metrics, [], { json: true })).out)).toEqual(more);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
    rig.git('reset', '-q', '--hard', 'HEAD~1');
    expect(await read()).toMatchObject({ total: { landed: 1 }, commits: 3 });
  });

  it('has the titles of entries that ended, from the subjects of landings and from the log of events', async () => {
    rig.commit('T-1: Answer 400\n\nKanban-Move: T-1 TESTING -> CHANGELOG');
    move('T-2', 'TODO', 'ABANDONED');
    move('T-3', 'TODO', 'ABANDONED');
    const abandoned = { type: 'entry-abandoned', at: Date.now(), id: 'T-2', title: 'Never mind', why: '', commit: 'c' };
    rig.write('.kanban/events.jsonl', `${JSON.stringify(abandoned)}\n`);
    const { history } = await read();
    expect(Object.fromEntries(history.map(({ id, title }) => [id, title]))).toEqual({
      ...{ 'T-1': 'Answer 400', 'T-2': 'Never mind', 'T-3': null },
    });
  });

  it('counts anew when what it had counted is on another line', async () => {
    move('T-1', 'TESTING', 'CHANGELOG');
    expect(await read()).toMatchObject({ total: { landed: 1 } });
    rig.git('switch', '-q', '-c', 'other', 'HEAD~1');
    move('T-2', 'TESTING', 'CHANGELOG');
    rig.git('merge', '-q', '--no-edit', 'main');
    rig.git('branch', '-f', 'main', 'other');
    expect(await read()).toMatchObject({ total: { landed: 1 }, commits: 3 });
  });

  it('prints text, and what Prometheus reads', async () => {
    move('T-1', 'TESTING', 'CHANGELOG');
    expect((await rig.call(metrics)).out).toMatch(/^main: \S+ – \S+ · 2 commits in its history\n\nlandings +1 /);
    expect((await rig.call(metrics, [], { format: 'prometheus' })).out).toMatch(
      /^kanban_landings_total 1\n[^]*^# TYPE kanban_entries gauge\n[^]*^kanban_provider_hold 0$/m,
    );
    rmSync(join(rig.root, '.git/kanban/metrics.json'));
    rig.write('.git/kanban/metrics.json', '{"version":1,"at":7}');
    expect(await read()).toMatchObject({ total: { landed: 1 } });
    const tip = rig.git('rev-parse', 'HEAD').trim();
    for (const state of [
      '{"version":2,"at":"TIP","first":null,"last":null,"commits":1,"open":{},"entries":[],"runs":[],"escalated":[]}',
      '{"version":3,"at":"TIP"}',
      '{"version":3,"at":"TIP","entries":7,"runs":[]}',
      '[',
      'null',
    ]) {
      rig.write('.git/kanban/metrics.json', state.replace('TIP', tip));
      expect(await read()).toMatchObject({ total: { landed: 1 }, commit: tip });
    }
  });
});
