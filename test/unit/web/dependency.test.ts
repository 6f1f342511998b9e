import { describe, expect, it } from 'vitest';
import { criticalPath, graphOf } from '../../../src/web/page/graph/dependency-graph.ts';
import { dependencyPath, withDependency } from '../../../src/web/page/entry/dependency.ts';
import { entryOf } from './a-snapshot-entry.ts';

describe('a new dependency in the text of an entry', () => {
  it.each([
    ['## T-1: A\n\n- depends: T-2\n- files: x\n\nText\n', '## T-1: A\n\n- depends: T-2, T-9\n- files: x\n\nText\n'],
    ['## T-1: A\n\n* files: x\n\nText\n', '## T-1: A\n\n* depends: T-9\n* files: x\n\nText\n'],
    ['## T-1: A\n\nText\n', '## T-1: A\n\n- depends: T-9\n\nText\n'],
    ['## T-1: A\n\n- [ ] a criterion\n', '## T-1: A\n\n* depends: T-9\n\n- [ ] a criterion\n'],
    ['## T-1: A\n', '## T-1: A\n\n- depends: T-9\n\n'],
    ['## T-1: A\r\n\r\n- depends: T-2\r\n', '## T-1: A\r\n\r\n- depends: T-2, T-9\r\n'],
    [
      '## T-1: A\n\nText\n\n- depends: on the weather\n',
      '## T-1: A\n\n- depends: T-9\n\nText\n\n- depends: on the weather\n',
    ],
  ])('%j', (text, expected) => {
    expect(withDependency(text, 'T-9')).toBe(expected);
  });
});

const after = (id: string, ...ids: string[]) =>
  entryOf(id, { depends: ids.map((on) => ({ id: on, state: on === 'T-0' ? 'landed' : 'open' })) });

describe('dependencies', () => {
  it('names the way from one entry to another, which a link back would close', () => {
    const entries = [after('T-1', 'T-2'), after('T-2', 'T-3'), after('T-3')];
    expect(dependencyPath(entries, 'T-1', 'T-3')).toEqual(['T-1', 'T-2', 'T-3']);
    expect(dependencyPath(entries, 'T-3', 'T-1')).toBeNull();
  });

  it('counts what stands alone, and shows what has landed', () => {
    const graph = graphOf([after('T-1', 'T-0'), after('T-2'), after('T-3', 'T-1')], 10);
    expect([...graph.nodes.keys()]).toEqual(['T-0', 'T-1', 'T-3']);
    expect(graph.nodes.get('T-0')).toMatchObject({ entry: null, state: 'landed' });
    expect(graph).toMatchObject({ alone: 1, isCut: false });
    expect(graphOf([after('T-1', 'T-0'), after('T-3', 'T-1')], 2).isCut).toBe(true);
  });

  it('finds the longest chain of what has not landed, also in a cycle', () => {
    const graph = graphOf(
      [after('T-1', 'T-0'), after('T-2', 'T-1'), after('T-3', 'T-2', 'T-1'), after('T-4', 'T-3')],
      10,
    );
    expect([...criticalPath(graph, 'T-4')]).toEqual(['T-1 T-2', 'T-2 T-3', 'T-3 T-4']);
    expect(criticalPath(graphOf([after('T-1', 'T-2'), after('T-2', 'T-1')], 10), 'T-1').size).toBe(1);
  });
});
