import fc from 'fast-check';
import { COLUMNS, type Column, type Entry, type Tag } from '../../../../src/board/entry.ts';
import type { Request } from '../../../../src/contract/request.ts';
import { request } from '../build-world.ts';
import type { WorldSim } from './world-sim.ts';

/** What the user does, `after` seconds after what they did before, to the `which`th entry (or what stands for it). */
export type HandEdit = { readonly after: number; readonly which: number } & (
  | { readonly do: 'move'; readonly to: Column }
  | { readonly do: 'tag'; readonly tag: Tag; readonly on: boolean }
  | { readonly do: 'delete' | 'paste' | 'strike' | 'merge' | 'commit' | 'revert' | 'undo' | 'restart' }
  | { readonly do: 'ask'; readonly command: Request['command']; readonly flag: boolean }
);

const common = { after: fc.integer({ min: 1, max: 2000 }), which: fc.nat({ max: 20 }) };

export const anyEdit: fc.Arbitrary<HandEdit> = fc.oneof(
  fc.record({ ...common, do: fc.constant('move' as const), to: fc.constantFrom(...COLUMNS) }),
  fc.record({
    ...common,
    do: fc.constant('tag' as const),
    tag: fc.constantFrom<Tag>('RETRY', 'ESCALATED', 'PAUSED', 'APPROVE'),
    on: fc.boolean(),
  }),
  fc.record({
    ...common,
    do: fc.constantFrom(
      'delete' as const,
      'paste' as const,
      'paste' as const,
      'strike' as const,
      'merge' as const,
      'commit' as const,
      'revert' as const,
      'undo' as const,
      'restart' as const,
    ),
  }),
  fc.record({
    ...common,
    do: fc.constant('ask' as const),
    command: fc.constantFrom<Request['command']>(
      'add',
      'retry',
      'rescope',
      'deprioritize',
      'abandon',
      'approve',
      'stop',
    ),
    flag: fc.boolean(),
  }),
);

/** Carries it out as far as the world allows; what the user writes is committed under their name. */
export function byHand(sim: WorldSim, edit: HandEdit, number: number): void {
  const entries = [...sim.entries.values()];
  const entry = entries[edit.which % Math.max(1, entries.length)];
  if (edit.do === 'restart') return void (sim.mode = 'stop');
  if (edit.do === 'paste') return paste(sim, edit.which);
  if (edit.do === 'revert') return revert(sim, edit.which);
  if (edit.do === 'undo') return undo(sim, edit.which, number);
  if (entry !== undefined) change(sim, edit, entry, number);
}

function change(sim: WorldSim, edit: HandEdit, entry: Entry, number: number): void {
  sim.touched(entry.id);
  const branch = entry.id === null ? undefined : sim.branches.get(entry.id);
  switch (edit.do) {
    case 'move':
      if (entry.id === null || entry.column === edit.to) return;
      sim.put({ ...entry, column: edit.to, start: sim.nextStart('bottom') });
      return sim.commit([{ name: 'Kanban-Move', value: `${entry.id} ${entry.column} -> ${edit.to}` }]);
    case 'tag':
      return sim.put({
        ...entry,
        tags: edit.on ? [...new Set([...entry.tags, edit.tag])] : entry.tags.filter((tag) => tag !== edit.tag),
      });
    case 'delete':
      sim.entries.delete(entry.key);
      return void (entry.id !== null && sim.clipboard.set(entry.id, entry));
    case 'strike':
      return sim.put({ ...entry, attempts: {}, reviewed: null, feedback: null });
    case 'merge':
      if (branch !== undefined && branch.tip !== branch.start) branch.inBase = true;
      return;
    case 'commit':
      if (branch !== undefined) Object.assign(branch, { tip: sim.newTip(entry.id!), inBase: false });
      return;
    case 'ask':
      sim.requests = [
        ...sim.requests,
        request(edit.command, edit.command === 'add' ? null : entry.id, {
          id: `r${number}`,
          fixed: edit.flag,
          now: edit.flag,
        }),
      ];
      return;
    default:
  }
}

function paste(sim: WorldSim, which: number): void {
  const [id, entry] = [...sim.clipboard][which % Math.max(1, sim.clipboard.size)] ?? [];
  if (id === undefined || entry === undefined || sim.entries.has(id)) return;
  sim.clipboard.delete(id);
  sim.touched(id);
  sim.put(entry);
}

/** `kanban undo` of an id that has landed, whatever became of it since. */
function undo(sim: WorldSim, which: number, number: number): void {
  const ids = [...sim.history.landed.keys(), ...sim.history.takenBack.keys()];
  const id = ids[which % Math.max(1, ids.length)];
  if (id === undefined) return;
  if (!sim.entries.has(id)) sim.touched(id);
  sim.requests = [...sim.requests, request('undo', id, { id: `r${number}` })];
}

/** `git revert` of a landing brings the entry's text back as it stood. */
function revert(sim: WorldSim, which: number): void {
  const [id, entry] = [...sim.landedEntries][which % Math.max(1, sim.landedEntries.size)] ?? [];
  if (id === undefined || entry === undefined || sim.entries.has(id) || sim.branches.has(id)) return;
  sim.landedEntries.delete(id);
  sim.touched(id);
  sim.put({ ...entry, column: 'TESTING' });
  sim.committedColumn.set(id, 'TESTING');
}
