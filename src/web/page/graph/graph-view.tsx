import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { GRAPH, STATE_WORD } from '../messages.ts';
import { StateIcon } from '../parts/icons.tsx';
import { Picture } from '../parts/pictures.tsx';
import { worker } from '../parts/trusted.tsx';
import { board } from '../store/app.ts';
import { go, openEntry, route } from '../store/route.ts';
import { fits, haystackOf, parseQuery } from '../../../report/search/search-query.ts';
import { criticalPath, graphOf, type GraphNode } from './dependency-graph.ts';
import type { LayoutAnswer, LayoutOrder } from './layout-types.ts';
import { usePanZoom } from './pan-zoom.ts';

declare const KANBAN_WORKERS: Readonly<Record<string, string>>;

const NODE = { width: 208, height: 44 } as const;
/** More are no picture any more, and take seconds to lay out. */
const MAX_NODES = 400;

/** Dependencies from left to right. */
export function GraphView() {
  const version = board.version.value;
  const { q, show } = route.value;
  const graph = useMemo(() => {
    const query = parseQuery(q);
    return graphOf(
      board.entries.filter((entry) => fits(query, entry, haystackOf(entry))),
      MAX_NODES,
    );
  }, [version, q]);
  const names = [...graph.nodes.keys()];
  const plan = useLayout(`${names.join()} ${graph.edges.join(';')}`, { nodes: names, edges: graph.edges });
  const path = useMemo(() => (show === '' ? new Set<string>() : criticalPath(graph, show)), [graph, show]);
  const frame = useRef<SVGSVGElement>(null);
  const view = usePanZoom(frame, plan);
  const centres = new Map(plan?.nodes.map((node) => [node.id, node]));
  if (graph.nodes.size === 0) return <Picture name="graph" title={GRAPH.none} text={GRAPH.noneMore} />;
  return (
    <div class="graph">
      <svg ref={frame} class="graph-frame" role="group" aria-label={GRAPH.hint}>
        <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
          {plan?.edges.map(({ from, to, points }) => (
            <path
              key={`${from} ${to}`}
              class={`edge${path.has(`${from} ${to}`) ? ' critical' : ''}${graph.nodes.get(from)?.state === 'landed' ? ' landed' : ''}`}
              d={curve(centres.get(from), points, centres.get(to))}
            />
          ))}
          {plan?.nodes.map(({ id, x, y }) => {
            const node = graph.nodes.get(id);
            return node === undefined ? null : <Node key={id} node={node} x={x} y={y} isPicked={show === id} />;
          })}
        </g>
      </svg>
      <p class="hint">
        {graph.isCut ? GRAPH.tooMany(MAX_NODES) : GRAPH.hint} {graph.alone > 0 && `${GRAPH.alone(graph.alone)}.`}
      </p>
    </div>
  );
}

interface NodeProps {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly isPicked: boolean;
}

function Node({ node: { id, entry, state }, x, y, isPicked }: NodeProps) {
  const word = entry === null ? (state ?? '') : STATE_WORD[entry.state];
  return (
    <g transform={`translate(${x - NODE.width / 2} ${y - NODE.height / 2})`}>
      <foreignObject width={NODE.width} height={NODE.height}>
        <button
          type="button"
          class={`node s-${entry?.state ?? state}${isPicked ? ' picked' : ''}`}
          aria-pressed={isPicked}
          title={entry?.title ?? id}
          data-id={id}
          onClick={() => go({ show: isPicked ? '' : id }, 'replace')}
          onDblClick={() => openEntry(id)}
          onKeyDown={({ key }) => key === 'o' && openEntry(id)}
        >
          <span class="meta">
            <StateIcon state={entry?.state ?? (state === 'landed' ? 'lands' : 'parked')} />
            <span class="id">{id}</span>
            <span class="state">{word}</span>
          </span>
          <span class="title">{entry?.title ?? ''}</span>
        </button>
      </foreignObject>
    </g>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line from the middle of one side to the middle of the other, through the bends between them. */
function curve(from: Point | undefined, points: readonly Point[], to: Point | undefined): string {
  if (from === undefined || to === undefined) return '';
  let last: Point = { x: from.x + NODE.width / 2, y: from.y };
  const parts = [`M${last.x} ${last.y}`];
  for (const point of [...points.slice(1, -1), { x: to.x - NODE.width / 2, y: to.y }]) {
    const middle = (last.x + point.x) / 2;
    parts.push(`C${middle} ${last.y} ${middle} ${point.y} ${point.x} ${point.y}`);
    last = point;
  }
  return parts.join('');
}

/** The layout of the newest shape; until it is there, the one before. */
function useLayout(shape: string, { nodes, edges }: Pick<LayoutOrder, 'nodes' | 'edges'>): LayoutAnswer | null {
  const answer = useSignal<LayoutAnswer | null>(null);
  const busy = useRef<Worker | null>(null);
  const seq = useRef(0);
  useEffect(() => {
    const own = worker(KANBAN_WORKERS['graph-worker'] ?? '');
    own.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.seq === seq.current) answer.value = data;
    });
    busy.current = own;
    return () => own.terminate();
  }, []);
  useEffect(() => {
    seq.current += 1;
    busy.current?.postMessage({ seq: seq.current, nodes, edges, ...NODE } satisfies LayoutOrder);
  }, [shape]);
  return answer.value;
}
