import { hookText } from '../../../report/agent-line.ts';
import type { Snapshot, SnapshotChecked, SnapshotQueued, SnapshotRemote } from '../../../contract/snapshot.ts';
import { adviceFor, REFUSED } from '../../../report/queue/advice.ts';
import { besides, flakes, heldBy, modeText, OUTCOME, standing, stateOf } from '../../../report/queue/standing.ts';
import { onBase, PURPOSE, queueOf, someIds, took } from '../../../report/queue/words.ts';
import { span } from '../../../report/span.ts';
import { pushText } from '../../../report/status.ts';
import { QUEUE } from '../messages.ts';
import { board, clock, now } from '../store/app.ts';
import { hrefTo } from '../store/route.ts';

/** What lands next, what is checked for it, and what holds it up: `kanban queue`. */
export function QueueView() {
  const head = board.head.value;
  if (head === null) return null;
  const snapshot = { ...head, entries: board.version.value >= 0 ? board.entries : [] };
  const queue = queueOf(snapshot);
  const { batch, waiting, recent, remote } = queue;
  const why = heldBy({ snapshot, queue });
  const advice =
    queue.reason === null ? null : adviceFor(queue.reason, { base: head.base.name, remote: remote?.name ?? null });
  return (
    <div class="queue page" tabIndex={0} role="region" aria-label={QUEUE.name}>
      <p class="lead">{[modeText(queue), pushText(snapshot)].join(' · ')}</p>
      {why !== null && (
        <div class="held" role="status">
          <p>{why}</p>
          {advice !== null && <p class="hint">{advice.replaceAll('`', '')}</p>}
        </div>
      )}
      <Check snapshot={snapshot} />
      <Tasks title={batch.length > 1 ? `batch of ${batch.length}` : 'lands next'} tasks={batch} snapshot={snapshot} />
      <Tasks title="waiting" tasks={waiting} snapshot={snapshot} />
      {batch.length === 0 && waiting.length === 0 && (
        <section>
          <h2>waiting</h2>
          <p class="hint">{QUEUE.none}</p>
        </section>
      )}
      {remote !== null && <Remote remote={remote} />}
      <section>
        <h2>checks</h2>
        {recent.length === 0 ? <p class="hint">{QUEUE.noChecks}</p> : <Checks recent={recent} base={head.base.name} />}
        {recent.length > 0 && <p class="hint">{flakes(queue)}</p>}
      </section>
    </div>
  );
}

const Remote = ({ remote }: { remote: SnapshotRemote }) => (
  <section>
    <h2>remote</h2>
    <p>{standing(remote, now.value).join(' · ')}</p>
    {remote.away !== null && <p class="trouble">{remote.away}</p>}
    {remote.rejected !== null && (
      <p class="trouble">
        {remote.rejected} {REFUSED.replaceAll('`', '')}
      </p>
    )}
  </section>
);

function Check({ snapshot }: { snapshot: Snapshot }) {
  const { running, check } = queueOf(snapshot);
  if (running === null)
    return (
      <section>
        <h2>check</h2>
        <p>{check === null ? QUEUE.noCheck : <code>{check}</code>}</p>
      </section>
    );
  const share = Math.min(1, (now.value - running.startedAt) / Math.max(1, running.deadlineAt - running.startedAt));
  const time = `${span(now.value - running.startedAt)} of ${span(running.deadlineAt - running.startedAt)}`;
  return (
    <section>
      <h2>check</h2>
      <div class="checking s-running">
        <p>
          {`checking ${onBase(running.entries, snapshot.base.name)}`} {PURPOSE[running.purpose]}{' '}
          {running.hook === undefined ? '' : hookText(running.hook)}
          <span class="time">{time}</span>
        </p>
        <span class="bar">
          <span style={{ width: `${Math.round(share * 100)}%` }} />
        </span>
        <code>{check}</code>
      </div>
    </section>
  );
}

function Tasks({ title, tasks, snapshot }: { title: string; tasks: readonly SnapshotQueued[]; snapshot: Snapshot }) {
  if (tasks.length === 0) return null;
  const drawing = { snapshot, queue: queueOf(snapshot) };
  return (
    <section>
      <h2>{title}</h2>
      <ol class="table">
        {tasks.map((one, index) => {
          const doing = stateOf(one, drawing);
          return (
            <li key={one.id}>
              <span class="place">{index + 1}</span>
              <a class="id" href={hrefTo({ entry: { id: one.id, tab: 'text' } })}>
                {one.id}
              </a>
              <span class="title">{one.title}</span>
              <span class={`state ${STATE_CLASS[one.state]}`}>{doing}</span>
              <span class="rest">{besides(doing, one)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const STATE_CLASS = { green: 's-lands', unchecked: 's-waits', suspect: 's-held', held: 's-held' } as const;

const Checks = ({ recent, base }: { recent: readonly SnapshotChecked[]; base: string }) => (
  <ol class="table checks">
    {recent.map(({ at, outcome, seconds, entries, detail, log }) => (
      <li key={`${at} ${log}`}>
        <span class="at">{clock(at)}</span>
        <span class={`state ${outcome === 'green' ? 's-lands' : 's-held'}`}>{OUTCOME[outcome]}</span>
        <span class="took">{took(seconds)}</span>
        <span class="title">{entries.length === 0 ? `${base} alone` : someIds(entries, 4)}</span>
        <span class="rest" title={detail}>
          {detail}
        </span>
        <code>{outcome === 'green' ? '' : log}</code>
      </li>
    ))}
  </ol>
);
