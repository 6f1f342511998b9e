import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { visibleText } from '../../../hidden-characters.ts';

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly isBar?: boolean;
}

interface ChartProps {
  readonly title: string;
  /** Epoch seconds, one for each value. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Steps between the lines; absent: 1, 2, 5, 10, … */
  readonly steps?: readonly number[];
}

const HEIGHT = 160;

/** A chart over time, drawn again when its width or the colour scheme changes. */
export function Chart({ title, times, series, format, steps = [] }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let drawn: uPlot | null = null;
    const draw = (): void => {
      drawn?.destroy();
      drawn = new uPlot(optionsOf(element, series, { format, steps }), dataOf(times, series), element);
    };
    draw();
    const observer = new ResizeObserver(() => drawn?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      observer.disconnect();
      drawn?.destroy();
    };
  }, [JSON.stringify([times, series])]);
  const last = ({ name, values }: Series): string =>
    `${name} ${values.at(-1) == null ? '–' : format(values.at(-1) ?? 0)}`;
  const newest = series.map(last).join(', ');
  return (
    <figure class="chart">
      <figcaption>
        {title} <span class="hint">{newest}</span>
      </figcaption>
      <div class="drawn" ref={place} role="img" aria-label={`${title}: ${newest}`} />
    </figure>
  );
}

const dataOf = (times: readonly number[], series: readonly Series[]): uPlot.AlignedData =>
  [[...times], ...series.map(({ values }) => [...values])] as uPlot.AlignedData;

/** Half a week, so that the first and the last bar are whole. */
const MARGIN_S = 3.5 * 86_400;

type Look = Required<Pick<ChartProps, 'format' | 'steps'>>;

function optionsOf(element: HTMLElement, series: readonly Series[], { format, steps }: Look): uPlot.Options {
  const colour = (name: string): string => resolved(element, `var(${name})`);
  const [ink, line] = [colour('--ink-3'), colour('--line')];
  const paints = [colour('--s-running'), colour('--s-held')];
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const bars = uPlot.paths.bars?.({ size: [0.6, 24] });
  const whole = (value: number): string => (Number.isInteger(value) ? format(value) : '');
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_, min, max) => [min - MARGIN_S, max + MARGIN_S] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        splits: ({ data: [times], width }) => everyNth([...times], Math.ceil((times.length * DAY_PX) / width)),
        values: (_, splits) => splits.map(dayOf),
      },
      {
        ...axis,
        size: 48,
        space: 32,
        values: (_, splits) => splits.map(whole),
        ...(steps.length === 0 ? {} : { incrs: [...steps] }),
      },
    ],
    series: [
      {},
      ...series.map(({ name, isBar = false }, index): uPlot.Series => {
        const stroke = paints[index % paints.length] ?? ink;
        if (isBar && bars !== undefined)
          return { label: visibleText(name), stroke, fill: stroke, width: 0, paths: bars, points: { show: false } };
        return {
          label: visibleText(name),
          stroke,
          width: 2,
          points: { show: true, size: 5, fill: stroke },
          spanGaps: true,
        };
      }),
    ],
  };
}

/** px that a date takes. */
const DAY_PX = 72;

/** The newest is one of them. */
const everyNth = (times: readonly number[], n: number): number[] =>
  times.filter((_, index) => (times.length - 1 - index) % n === 0);

const dayOf = (at: number): string =>
  new Date(at * 1000).toLocaleDateString(undefined, { month: 'short', day: 'numeric' });

/** A canvas does not know `light-dark()`: the browser turns it into a colour. */
function resolved(element: HTMLElement, value: string): string {
  const probe = document.createElement('i');
  probe.style.color = value;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
