import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface ListProps<T> {
  readonly items: readonly T[];
  /** Of every row, px. */
  readonly height: number;
  readonly keyOf: (item: T) => string;
  readonly render: (item: T, index: number) => ComponentChildren;
  readonly label: string;
  /** Scrolled to where it is out of sight. */
  readonly shown?: number;
  readonly children?: ComponentChildren;
}

/** Preact adds no unit. */
export const px = (length: number): string => `${length}px`;

/** Rows beyond the edges, so that scrolling shows no gap. */
const BEYOND = 8;

/** A list that draws only the rows in sight: all have one height. */
export function VirtualList<T>({ items, height, keyOf, render, label, shown = -1, children }: ListProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ first: 0, count: 24 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = (): void => {
      const first = Math.max(0, Math.floor(element.scrollTop / height) - BEYOND);
      const count = Math.ceil(element.clientHeight / height) + 2 * BEYOND;
      setSeen((before) => (before.first === first && before.count === count ? before : { first, count }));
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [height]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || shown < 0) return;
    const [top, bottom] = [shown * height, (shown + 1) * height];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }, [shown, height]);
  const first = Math.min(seen.first, Math.max(0, items.length - seen.count));
  return (
    <div class="scroller" ref={scroller}>
      <ul class="rows" aria-label={label} style={{ height: px(items.length * height), paddingTop: px(first * height) }}>
        {items.slice(first, first + seen.count).map((item, index) => (
          <li
            key={keyOf(item)}
            style={{ height: px(height) }}
            aria-setsize={items.length}
            aria-posinset={first + index + 1}
          >
            {render(item, first + index)}
          </li>
        ))}
      </ul>
      {children}
    </div>
  );
}
