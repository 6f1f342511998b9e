import type { EntryState } from '../../../contract/snapshot.ts';

/** The picture of a state: a different shape each, so that colour is not all. `share`: how much of a run's time is used, 0 to 1. */
export function StateIcon({ state, share = 0.25 }: { state: EntryState; share?: number }) {
  return (
    <svg class={`state-icon s-${state}`} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {shapeOf(state, share)}
    </svg>
  );
}

const RING = { cx: 7, cy: 7, r: 5.25, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 } as const;
const LINE = {
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 1.5,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
} as const;
const CUT = { ...LINE, stroke: 'var(--surface)' } as const;

function shapeOf(state: EntryState, share: number) {
  switch (state) {
    case 'running':
      return [<circle key="r" {...RING} opacity="0.35" />, <path key="p" d={pie(share)} fill="currentColor" />];
    case 'ready':
      return <circle {...RING} />;
    case 'waits':
      return <circle {...RING} stroke-dasharray="1.6 2.52" />;
    case 'waits-for-provider':
      return [<circle key="r" {...RING} />, <path key="p" {...LINE} d="M7 4.25V7l1.75 1.25" />];
    case 'held':
      return [<circle key="r" {...RING} />, <path key="p" {...LINE} d="M5.75 5.25v3.5M8.25 5.25v3.5" />];
    case 'lands':
      return [
        <circle key="r" cx="7" cy="7" r="6" fill="currentColor" />,
        <path key="p" {...CUT} d="M4.5 7.2l1.8 1.8 3.2-3.8" />,
      ];
    case 'needs-person':
      return [
        <circle key="r" cx="7" cy="7" r="6" fill="currentColor" />,
        <path key="p" {...CUT} d="M7 4v3.4M7 9.9v.1" />,
      ];
    case 'being-edited':
      return <path {...LINE} d="M2.75 11.25l.5-2.25 5.9-5.9 1.75 1.75-5.9 5.9z" />;
    default:
      return <circle {...RING} opacity="0.5" r="3" />;
  }
}

/** A slice of a circle that begins at the top. */
function pie(share: number): string {
  const part = Math.min(0.999, Math.max(0.04, share));
  const angle = part * 2 * Math.PI;
  const [x, y] = [7 + 3.5 * Math.sin(angle), 7 - 3.5 * Math.cos(angle)];
  return `M7 7V3.5A3.5 3.5 0 ${part > 0.5 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}Z`;
}

const PATHS = {
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3.5v9M3.5 8h9',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5l3 3',
  link: 'M6.5 9.5l3-3M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.5 8l1-1',
  message: 'M2.5 4h11v7.5h-6L4.5 14v-2.5h-2z',
  check: 'M3.5 8.5l3 3 6-7',
  chevron: 'M6 4l4 4-4 4',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  move: 'M3 8h9.5M9 4.5L12.5 8 9 11.5',
  file: 'M4 2.5h5l3 3v8H4z',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name, class: more = '' }: { name: IconName; class?: string }) => (
  <svg class={`icon ${more}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path {...LINE} d={PATHS[name]} />
  </svg>
);
