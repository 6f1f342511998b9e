import { describe, expect, it } from 'vitest';
import { metricsOf, type Metrics } from '../../../src/metrics/figures.ts';
import { MetricsFold } from '../../../src/metrics/fold.ts';
import type { Ended } from '../../../src/metrics/history.ts';
import { PANES, type RunLog, type TuiState } from '../../../src/tui/state.ts';
import { mousePress } from '../../../src/tui/update/mouse.ts';
import { NOW, sample } from '../report/board.ts';
import { boardOf, shown } from './rig.ts';

const MINUTE_MS = 60_000;

const ended = (id: string, minutesAgo: number, how: Ended['how'] = 'landed'): Ended => ({
  ...{ id, title: `Part ${id}`, how, at: NOW - minutesAgo * MINUTE_MS, seconds: 60, runs: 3, usd: null },
});

function metrics(history: readonly Ended[]): Metrics {
  const empty = metricsOf(new MetricsFold().state, 'main', { since: null, by: null });
  return { ...empty, total: { ...empty.total, landed: history.length }, history };
}

const withHistory = (...history: readonly Ended[]): TuiState => ({
  ...boardOf(sample(), 200, 45),
  metrics: metrics(history),
});

describe('the first line', () => {
  it('counts the landings of the last hour', () => {
    const state = withHistory(
      ...[ended('T-4', 1), ended('T-3', 59, 'by-hand'), ended('T-2', 30, 'undone'), ended('T-1', 61)],
    );
    expect(shown(state)).toContain('· 2 landings/h');
    expect(shown(withHistory(ended('T-1', 61)))).toContain('· 0 landings/h');
    expect(shown(withHistory())).not.toContain('landings/h');
  });
});

describe('the history', () => {
  const lines = (columns: number, ...history: readonly Ended[]): string[] =>
    shown({ ...boardOf(sample(), columns, 45), metrics: metrics(history) })
      .split('\n')
      .filter((line) => /T-[345] /.test(line) && line.includes('landed'))
      .map((line) => line.slice(line.lastIndexOf('││') + 2));

  it('has titles, and leaves out numbers where there is no room for both', () => {
    const long = { ...ended('T-4', 1), title: 'Answer 400 to an empty password, and never 500', usd: 1.5 };
    expect(lines(200, long, { ...ended('T-5', 2), title: null })).toEqual([
      expect.stringMatching(/T-4   Answer 400 to an empty passwo… {2}landed {6}1m {3}3 runs {4}\$1\.50/),
      expect.stringMatching(/T-5 {30,}landed {6}1m {3}3 runs/),
    ]);
    expect(lines(125, long)).toEqual([expect.stringMatching(/T-4   Answer 400 .*… {2}landed {6}1m/)]);
    expect(lines(125, long)[0]).not.toContain('runs');
  });

  it('shows what an entry is called that is on the board again', () => {
    const state: TuiState = {
      ...boardOf(sample(), 200, 45),
      metrics: metrics([{ ...ended('T-9', 1, 'failed'), title: null }]),
    };
    expect(shown(state)).toMatch(/T-9   Answer 400 .* {2}needs you/);
  });
});

describe('a click on the title of a pane', () => {
  const log: RunLog = {
    ...{ id: 'T-14', run: 'T-14-1-task-0123abcd', agent: 'claude', lines: [], dropped: 0, edited: [], isEnded: false },
  };

  it.each([
    [80, 20],
    [100, 30],
    [140, 30],
    [200, 60],
  ])('means that pane on %i × %i, whatever stands behind the name that is shown', (columns, rows) => {
    for (const focus of PANES) {
      const recent = [focus, ...PANES.filter((pane) => pane !== focus)];
      const state: TuiState = { ...boardOf(sample(), columns, rows), metrics: metrics([ended('T-1', 1)]), log, recent };
      const lines = shown(state).split('\n');
      for (const [index, pane] of PANES.entries()) {
        const name = `${index + 1} ${pane[0]?.toUpperCase()}${pane.slice(1)}`;
        const y = lines.findIndex((line) => line.includes(name));
        const from = lines[y]?.indexOf(name) ?? -1;
        for (const x of [from, from + name.length - 1])
          expect([name, x, mousePress(state, { kind: 'click', x, y }, 0).state.focus]).toEqual([name, x, pane]);
      }
    }
  });
});
