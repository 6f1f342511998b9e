import { useEffect, useState } from 'preact/hooks';
import type { LayoutAnswer } from './layout-types.ts';

export interface PanZoom {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

type Change = (view: PanZoom) => PanZoom;

const MIN_SCALE = 0.2;
const MAX_SCALE = 2;
/** px between a node that has the focus and the edge. */
const EDGE = 16;

/** Drag moves the picture, the wheel zooms at the pointer; a node that gets the focus is brought into sight. */
export function usePanZoom(frame: { readonly current: SVGSVGElement | null }, plan: LayoutAnswer | null): PanZoom {
  const [view, setView] = useState<PanZoom>({ x: 0, y: 0, scale: 1 });
  const isThere = plan !== null;
  useEffect(() => {
    const element = frame.current;
    if (element === null || plan === null) return;
    setView(fitted(element, plan));
    return watch(element, (change) => setView(change));
  }, [isThere]);
  return view;
}

/** @returns ends it */
function watch(element: SVGSVGElement, apply: (change: Change) => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  const shift = (dx: number, dy: number): void => {
    if (dx !== 0 || dy !== 0) apply(({ x, y, scale }) => ({ x: x + dx, y: y + dy, scale }));
  };
  let from: { x: number; y: number } | null = null;
  element.addEventListener(
    'pointerdown',
    ({ target, clientX, clientY, pointerId }) => {
      if ((target as Element).closest('.node') !== null) return;
      from = { x: clientX, y: clientY };
      element.setPointerCapture(pointerId);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    ({ clientX, clientY }) => {
      if (from === null) return;
      shift(clientX - from.x, clientY - from.y);
      from = { x: clientX, y: clientY };
    },
    { signal },
  );
  element.addEventListener('pointerup', () => (from = null), { signal });
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      apply((view) => zoomed(view, Math.exp(-event.deltaY / 500), at));
    },
    { signal, passive: false },
  );
  element.addEventListener(
    'focusin',
    ({ target }) => {
      const [node, box] = [(target as Element).getBoundingClientRect(), element.getBoundingClientRect()];
      shift(
        Math.max(0, box.left + EDGE - node.left) - Math.max(0, node.right - box.right + EDGE),
        Math.max(0, box.top + EDGE - node.top) - Math.max(0, node.bottom - box.bottom + EDGE),
      );
    },
    { signal },
  );
  return () => end.abort();
}

/** All of it where it is still to be read, in the middle; else from its left. */
function fitted({ clientWidth, clientHeight }: SVGSVGElement, { width, height }: LayoutAnswer): PanZoom {
  const scale = Math.min(1, Math.max(0.75, Math.min(clientWidth / width, clientHeight / height)));
  return {
    scale,
    x: Math.max(0, (clientWidth - width * scale) / 2),
    y: Math.max(0, (clientHeight - height * scale) / 2),
  };
}

function zoomed({ x, y, scale }: PanZoom, by: number, at: { readonly x: number; readonly y: number }): PanZoom {
  const next = Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale * by));
  const part = next / scale;
  return { scale: next, x: at.x - (at.x - x) * part, y: at.y - (at.y - y) * part };
}
