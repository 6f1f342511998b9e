import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RunOutput } from '../../../surfaces/board-types.ts';
import type { Entry } from '../../api-types.ts';
import { ENTRY } from '../messages.ts';
import { api, ApiError } from '../store/api.ts';
import { go, route } from '../store/route.ts';

/** ms between two looks at an output that still grows. */
const INTERVAL_MS = 1_000;
/** Bytes that are kept in the page. */
const MAX_SHOWN = 512 * 1024;

/** What a run printed: the end of it first, and it grows while the run is on. */
export function LogTab({ entry }: { entry: Entry }) {
  const newest = entry.runs.at(-1)?.id ?? null;
  const asked = route.value.show;
  const run = entry.runs.some(({ id }) => id === asked) ? asked : newest;
  if (run === null) return <p class="hint">{ENTRY.noOutput}</p>;
  return (
    <div class="log">
      <label class="row">
        Run
        <select value={run} onChange={({ currentTarget }) => go({ show: currentTarget.value }, 'replace')}>
          {entry.runs.toReversed().map(({ id, agent, role }) => (
            <option key={id} value={id}>
              {`${id} · ${role} ${agent}`}
            </option>
          ))}
        </select>
      </label>
      <Output key={run} run={run} />
    </div>
  );
}

interface Shown {
  readonly text: string;
  readonly from: number;
  readonly next: number;
  readonly ended: boolean;
}

/** The end of a run's output, and what comes after it; read once a second while the tab is seen. */
function useOutput(run: string) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    let at: number | undefined;
    const failed = (cause: unknown): void => {
      if (cause instanceof ApiError) setError(cause.message);
    };
    const look = async (): Promise<void> => {
      const more = document.hidden ? null : await api.output(run, at, stop.signal);
      const isBehind = more !== null && more.next < more.size;
      if (more !== null) {
        at = more.next;
        setShown((before) => joined(before, more));
        if (more.ended && !isBehind) return;
      }
      timer = window.setTimeout(() => void look().catch(failed), isBehind ? 0 : INTERVAL_MS);
    };
    void look().catch(failed);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [run]);
  return { shown, setShown, error };
}

function Output({ run }: { run: string }) {
  const { shown, setShown, error } = useOutput(run);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight;
  }, [shown]);
  const earlier = async (): Promise<void> => {
    if (shown === null) return;
    follows.current = false;
    const from = Math.max(0, shown.from - 64 * 1024);
    const part = await api.output(run, from);
    const text = part.next > shown.from ? part.text.slice(0, part.text.length - (part.next - shown.from)) : part.text;
    setShown({ ...shown, from, text: text + shown.text });
  };
  if (error !== null) return <p class="hint">{error}</p>;
  if (shown === null) return <p class="hint">{ENTRY.loading}</p>;
  return (
    <>
      {shown.from > 0 && (
        <button type="button" class="quiet" onClick={() => void earlier()}>
          {ENTRY.earlier}
        </button>
      )}
      <pre
        class="output"
        ref={box}
        tabIndex={0}
        aria-label={run}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          follows.current = scrollTop + clientHeight >= scrollHeight - 8;
        }}
      >
        {shown.text === '' ? ENTRY.noOutput : shown.text}
      </pre>
      <p class="hint">{shown.ended ? ENTRY.endOfOutput : ENTRY.follows}</p>
    </>
  );
}

function joined(before: Shown | null, { text, from, next, ended }: RunOutput): Shown {
  if (before === null || from !== before.next) return { text, from, next, ended };
  const whole = before.text + text;
  const over = whole.length - MAX_SHOWN;
  return over <= 0
    ? { text: whole, from: before.from, next, ended }
    : { text: whole.slice(over), from: before.from + over, next, ended };
}
