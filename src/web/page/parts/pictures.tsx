import type { ComponentChildren } from 'preact';
import { CopyCommand } from './copy-command.tsx';

export type PictureName =
  | 'empty'
  | 'no-fit'
  | 'no-coordinator'
  | 'gone'
  | 'settings'
  | 'unreadable'
  | 'token'
  | 'graph'
  | 'metrics';

interface PictureProps {
  readonly name: PictureName;
  readonly title: string;
  readonly text?: string;
  readonly command?: string;
  readonly children?: ComponentChildren;
}

/** A state of the page with a picture of its own: what it is, and what to do. */
export const Picture = ({ name, title, text = '', command, children }: PictureProps) => (
  <div class="picture">
    <Drawing name={name} />
    <h2>{title}</h2>
    {text !== '' && <p>{text}</p>}
    {command !== undefined && <CopyCommand command={command} />}
    {children}
  </div>
);

/** Line drawings on one grid: a board of four columns, and what is the matter with it. */
export function Drawing({ name }: { name: PictureName }) {
  return (
    <svg class="drawing" viewBox="0 0 120 72" width="120" height="72" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}

const column = (x: number, filled: number, more = '') => (
  <g key={x} class={more}>
    <rect x={x} y="10" width="22" height="52" rx="3" />
    {Array.from({ length: filled }, (_, index) => (
      <path key={index} class="entry-line" d={`M${x + 5} ${20 + index * 9}h12`} />
    ))}
  </g>
);
const boardOf = (...filled: readonly number[]) => filled.map((count, index) => column(8 + index * 27, count));

const DRAWINGS: Readonly<Record<PictureName, ComponentChildren>> = {
  empty: [boardOf(0, 0, 0, 0), <path key="plus" class="mark" d="M19 30v12M13 36h12" />],
  'no-fit': [
    boardOf(0, 0, 0, 0),
    <path key="lens" class="mark" d="M56 44a12 12 0 1 0 0-24 12 12 0 0 0 0 24zM65 41l9 9" />,
  ],
  'no-coordinator': [boardOf(4, 1, 0, 1), <path key="play" class="mark fill" d="M52 24l20 12-20 12z" />],
  gone: [boardOf(3, 2, 1, 1), <path key="cut" class="mark" d="M60 4v20l-6 8 12 8-6 8v20" />],
  settings: [
    <rect key="page" x="36" y="6" width="48" height="60" rx="3" />,
    <path key="lines" class="entry-line" d="M44 18h24M44 28h32M44 52h20" />,
    <path key="wave" class="mark" d="M44 41c2-3 4-3 6 0s4 3 6 0 4-3 6 0 4 3 6 0" />,
  ],
  unreadable: [boardOf(4, 2, 1, 2), <path key="wave" class="mark" d="M14 58l92-44" />],
  token: [
    <rect key="bar" x="10" y="26" width="100" height="20" rx="10" />,
    <circle key="ring" class="mark" cx="30" cy="36" r="6" />,
    <path key="key" class="mark" d="M36 36h30M58 36v6M50 36v4" />,
  ],
  graph: [
    <rect key="a" x="10" y="28" width="26" height="16" rx="3" />,
    <rect key="b" x="84" y="10" width="26" height="16" rx="3" />,
    <rect key="c" x="84" y="46" width="26" height="16" rx="3" />,
    <path key="d" class="mark" d="M36 36c24 0 24-18 48-18M36 36c24 0 24 18 48 18" />,
  ],
  metrics: [<path key="axis" d="M14 8v54h92" />, <path key="line" class="mark" d="M22 52l20-12 18 4 20-20 18-6" />],
};
