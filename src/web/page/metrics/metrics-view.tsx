import { useEffect, useState } from 'preact/hooks';
import type { Metrics } from '../../../metrics/figures.ts';
import { ENTRY, METRICS } from '../messages.ts';
import { Picture } from '../parts/pictures.tsx';
import { api } from '../store/api.ts';
import { landed, sayError } from '../store/app.ts';
import { hrefTo, route } from '../store/route.ts';
import { Chart } from './chart.tsx';
import { cells, CELL_NAMES, charts, tiles } from './figures.ts';

const PERIODS = [
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['', 'all'],
] as const;
const DAY_MS = 86_400_000;

/** The figures of base's history: `kanban metrics`. */
export function MetricsView() {
  const { show } = route.value;
  const [metrics, setMetrics] = useState<Metrics | null>(null);
  const [by, setBy] = useState<'agent' | 'role'>('agent');
  const count = landed.value?.length ?? 0;
  const days = Number.parseInt(show, 10);
  useEffect(() => {
    const since = Number.isNaN(days) ? undefined : Date.now() - days * DAY_MS;
    api.metrics(since, by).then(setMetrics, sayError);
  }, [days, by, count]);
  if (metrics === null) return <p class="waiting">{ENTRY.loading}</p>;
  if (metrics.until === null) return <Picture name="metrics" title={METRICS.none} text={METRICS.noneMore} />;
  const { total, weeks, groups } = metrics;
  return (
    <div class="metrics page">
      <nav class="periods" aria-label="Period">
        {PERIODS.map(([name, words]) => (
          <a key={name} href={hrefTo({ show: name })} aria-current={name === show ? 'page' : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <dl class="tiles">
        {tiles(total).map(([name, figure, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {figure} <small>{more}</small>
            </dd>
          </div>
        ))}
      </dl>
      {weeks.length > 1 && (
        <div class="charts">
          {charts(weeks).map((chart) => (
            <Chart key={chart.title} {...chart} times={weeks.map(({ from }) => Date.parse(from ?? '') / 1000)} />
          ))}
        </div>
      )}
      <Groups groups={groups} by={by} onBy={setBy} />
    </div>
  );
}

interface GroupsProps {
  readonly groups: Metrics['groups'];
  readonly by: 'agent' | 'role';
  readonly onBy: (by: 'agent' | 'role') => void;
}

/** The figures of each agent, or of each role. */
function Groups({ groups, by, onBy }: GroupsProps) {
  return (
    <section>
      <h2>
        by{' '}
        <select
          aria-label="by"
          value={by}
          onChange={({ currentTarget }) => onBy(currentTarget.value as 'agent' | 'role')}
        >
          <option>agent</option>
          <option>role</option>
        </select>
      </h2>
      <div class="wide" tabIndex={0} role="region" aria-label={`by ${by}`}>
        <table>
          <thead>
            <tr>
              {[by, ...CELL_NAMES].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.name}>
                <th scope="row">{group.name}</th>
                {cells(group).map((cell, index) => (
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
