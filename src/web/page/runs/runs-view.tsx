import { useComputed } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { SnapshotEntry, SnapshotRun } from '../../../contract/snapshot.ts';
import type { Ended } from '../../../metrics/history.ts';
import { countRuns } from '../../../report/status.ts';
import { rowOf } from '../../../report/rows.ts';
import { span } from '../../../report/span.ts';
import { dollars } from '../../../report/usage.ts';
import { RUNS } from '../messages.ts';
import { StateIcon } from '../parts/icons.tsx';
import { shareOf } from '../parts/share.ts';
import { api } from '../store/api.ts';
import { board, clock, dialog, isReadOnly, landed, now, sayError } from '../store/app.ts';
import { hrefTo } from '../store/route.ts';

/** The runs that are on, and how the last hundred entries ended. */
export function RunsView() {
  const head = board.head.value;
  if (head === null) return null;
  const entries = board.version.value >= 0 ? board.entries : [];
  const active = entries.filter((entry) => entry.run !== null);
  const count = countRuns({ ...head, entries });
  return (
    <div class="runs page">
      <section>
        <h2>
          Runs <span class="count">{`${count} of ${head.capacity}`}</span>
        </h2>
        {active.length + head.orphanRuns.length === 0 && <p class="hint">{RUNS.none}</p>}
        <ol class="table">
          {active.map((entry) => (
            <ActiveRun key={entry.key} name={entry.key} entry={entry} />
          ))}
          {head.orphanRuns.map((run) => (
            <Orphan key={run.id} run={run} />
          ))}
        </ol>
      </section>
      <EndedEntries />
    </div>
  );
}

function ActiveRun({ entry }: { name: string; entry: SnapshotEntry }) {
  const row = useComputed(() => rowOf(entry, { now: now.value, clock, time: 'spent' }));
  const { doing, agent, time, text } = row.value;
  const id = entry.id ?? '';
  const share = useComputed(() => shareOf(entry.run, now.value));
  return (
    <li class={`s-${entry.state}`}>
      <StateIcon state="running" share={share.value} />
      <a class="id" href={hrefTo({ entry: { id, tab: 'log' } })}>
        {id}
      </a>
      <span class="title">{entry.title}</span>
      <span class="state">{doing}</span>
      <span class="agent">{agent}</span>
      <span class="time">{time}</span>
      <span class="rest" title={text}>
        {text}
      </span>
      {!isReadOnly.value && (
        <button type="button" onClick={() => (dialog.value = { kind: 'message', id })}>
          Message…
        </button>
      )}
    </li>
  );
}

const Orphan = ({ run }: { run: SnapshotRun }) => (
  <li>
    <StateIcon state="held" />
    <span class="id">{run.taskId}</span>
    <span class="title">{RUNS.offBoard}</span>
    <span class="state">{run.role}</span>
    <span class="agent">{run.agent}</span>
    <span class="time">{span(now.value - run.startedAt)}</span>
    <span class="rest">{run.last}</span>
  </li>
);

const HOW: Readonly<Record<Ended['how'], readonly [word: string, state: string]>> = {
  landed: ['landed', 's-lands'],
  'by-hand': ['by hand', 's-lands'],
  abandoned: ['abandoned', 's-parked'],
  undone: ['undone', 's-held'],
  failed: ['needs you', 's-needs-person'],
};

function EndedEntries() {
  const [ended, setEnded] = useState<readonly Ended[] | null>(null);
  const count = landed.value?.length ?? 0;
  useEffect(() => {
    api.history().then(({ history }) => setEnded(history), sayError);
  }, [count]);
  if (ended === null) return null;
  return (
    <section>
      <h2>
        {RUNS.ended} <span class="count">{ended.length}</span>
      </h2>
      {ended.length === 0 && <p class="hint">{RUNS.noneEnded}</p>}
      <ol class="table ended">
        {ended.map(({ id, title, how, at, seconds, runs, usd }) => (
          <li key={`${id} ${at}`}>
            <span class="at">{at === null ? '' : clock(at)}</span>
            <a class="id" href={hrefTo({ entry: { id, tab: 'history' } })}>
              {id}
            </a>
            <span class="title">{title ?? board.byId(id)?.entry.value.title ?? ''}</span>
            <span class={`state ${HOW[how][1]}`}>{HOW[how][0]}</span>
            <span class="took">{seconds === null ? '' : span(seconds * 1000)}</span>
            <span class="number">{runs === 1 ? '1 run' : `${runs} runs`}</span>
            <span class="number">{usd === null ? '' : dollars(usd)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
