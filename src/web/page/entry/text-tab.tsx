import { estimateText } from '../../../report/work-time.ts';
import { visibleText } from '../../../hidden-characters.ts';
import { describeUsage } from '../../../report/usage.ts';
import type { Entry } from '../../api-types.ts';
import { ENTRY } from '../messages.ts';
import { CopyCommand } from '../parts/copy-command.tsx';
import { Html } from '../parts/trusted.tsx';
import { api } from '../store/api.ts';
import { carryOut, isReadOnly } from '../store/app.ts';

/** Why it stands where it stands, what resolves it, what the next run is told, and the text as agents read it. */
export function TextTab({ entry }: { entry: Entry }) {
  const shown = entry.entry;
  return (
    <>
      {shown === null && <p class="hint">{ENTRY.gone}</p>}
      {shown !== null && shown.why !== '' && shown.why !== shown.state && (
        <p class={`why s-${shown.state}`}>{shown.why}</p>
      )}
      {shown !== null && shown.ways.length > 0 && (
        <ul class="ways">
          {shown.ways.map((way) => (
            <li key={way}>{way.startsWith('kanban ') ? <CopyCommand command={way} /> : way}</li>
          ))}
        </ul>
      )}
      {entry.feedbackHtml !== '' && shown?.feedback !== shown?.why && (
        <section class="feedback">
          <h3>{ENTRY.feedback}</h3>
          <Html html={entry.feedbackHtml} />
        </section>
      )}
      <Figures entry={entry} />
      {entry.html === '' ? (
        <p class="hint">{ENTRY.noText}</p>
      ) : (
        <Html html={entry.html} after={(element) => tickable(element, entry)} />
      )}
    </>
  );
}

function Figures({ entry }: { entry: Entry }) {
  const { estimate, seconds, branch } = entry;
  const attempts = Object.entries(entry.entry?.attempts ?? {}).map(([stage, count]) => `${stage} ${count}`);
  const used = describeUsage(entry.entry?.usage?.total ?? {});
  const figures = [
    ...(estimate === null ? [] : [estimateText(estimate, seconds)]),
    ...(attempts.length === 0 ? [] : [`failed attempts: ${attempts.join(', ')}`]),
    ...(used === '' ? [] : [`used: ${used}`]),
    ...(branch === null
      ? []
      : [`${branch.name}@${branch.tip.slice(0, 7)}`, ...(entry.entry?.worktree == null ? [] : [entry.entry.worktree])]),
  ];
  return figures.length === 0 ? null : <p class="figures">{figures.join(' · ')}</p>;
}

/** The checkboxes of the text tick the entry's criteria, in their order. */
function tickable(element: HTMLElement, { id, criteria, was, entry }: Entry): void {
  const boxes = [...element.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')];
  const canTick = entry !== null && was !== null && !isReadOnly.value && boxes.length === criteria.length;
  for (const [index, box] of boxes.entries()) {
    const text = criteria[index]?.text ?? '';
    box.setAttribute('aria-label', visibleText(text));
    if (!canTick) continue;
    box.disabled = false;
    const tick = async (): Promise<void> => {
      box.disabled = true;
      const { checked } = box;
      const request = { command: 'tick', taskId: id, why: '', criterion: text, done: checked, was } as const;
      if (!(await carryOut(() => api.request(request)))) box.checked = !checked;
      box.disabled = false;
    };
    box.addEventListener('change', () => void tick());
  }
}
