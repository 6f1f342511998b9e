import { useState } from 'preact/hooks';
import type { ShownRun } from '../../../report/show.ts';
import { span } from '../../../report/span.ts';
import { describeUsage } from '../../../report/usage.ts';
import type { Entry } from '../../api-types.ts';
import { ENTRY } from '../messages.ts';
import { Icon } from '../parts/icons.tsx';
import { Html } from '../parts/trusted.tsx';
import { api } from '../store/api.ts';
import { clock, now } from '../store/app.ts';
import { hrefTo } from '../store/route.ts';

/** Every run, newest first, with what it reported. */
export function RunsTab({ entry }: { entry: Entry }) {
  if (entry.runs.length === 0) return <p class="hint">{ENTRY.noRuns}</p>;
  return (
    <ul class="run-list">
      {entry.runs.toReversed().map((run, index) => (
        <Run key={run.id} run={run} entry={entry.id} isFirst={index === 0} />
      ))}
    </ul>
  );
}

function Run({ run, entry, isFirst }: { run: ShownRun; entry: string; isFirst: boolean }) {
  const [isOpen, setOpen] = useState(isFirst && run.endedAt !== null);
  const isOn = run.cause === null;
  const how = isOn ? 'is on' : run.cause === 'reported' && run.verdict !== null ? run.verdict : run.cause;
  return (
    <li class={`run ${moodOf(run)}`}>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="chevron" class={isOpen ? 'down' : ''} />
        <span class="role">{run.purpose === 'mend' ? 'fix' : run.role}</span>
        <span class="agent">{run.agent}</span>
        <span class="how">{how}</span>
        <Numbers run={run} />
      </button>
      {isOpen && (
        <div class="more">
          {run.detail !== '' && <p>{run.detail}</p>}
          {run.outcome !== null && !run.detail.includes(run.outcome) && <p class="hint">{run.outcome}</p>}
          <Report run={run.id} isOn={isOn} />
          <p>
            <a href={hrefTo({ entry: { id: entry, tab: 'log' }, show: run.id })}>Its output</a>
          </p>
        </div>
      )}
    </li>
  );
}

function Numbers({ run: { files, usage, startedAt, endedAt } }: { run: ShownRun }) {
  return (
    <span class="numbers">
      {files !== null && files.list.length > 0 && (
        <span class="changes">
          <ins>+{files.added}</ins> <del>−{files.removed}</del>
        </span>
      )}
      {usage !== null && <span>{describeUsage(usage)}</span>}
      <span class="took">{span((endedAt ?? now.value) - startedAt)}</span>
      <span class="at">{clock(startedAt)}</span>
    </span>
  );
}

function moodOf({ cause, verdict }: ShownRun): string {
  if (cause === null) return 'on';
  if (cause !== 'reported') return 'failed';
  return /(?:done|ready|passed)$/.test(verdict ?? '') ? 'passed' : 'failed';
}

function Report({ run, isOn }: { run: string; isOn: boolean }) {
  const [html, setHtml] = useState<string | null | undefined>(undefined);
  if (html === undefined) {
    if (isOn) return null;
    api.report(run).then(
      (report) => setHtml(report.html),
      () => setHtml(null),
    );
    return <p class="hint">{ENTRY.loading}</p>;
  }
  return html === null ? <p class="hint">{ENTRY.noReport}</p> : <Html html={html} class="report" />;
}
