import { graphlib, layout } from '@dagrejs/dagre';
import type { LayoutAnswer, LayoutOrder } from './graph/layout-types.ts';

/** Lays a graph out from left to right, beside the page. */
self.addEventListener('message', ({ data }: MessageEvent<LayoutOrder>) => {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', nodesep: 12, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of data.nodes) graph.setNode(id, { width: data.width, height: data.height });
  for (const [from, to] of data.edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const answer: LayoutAnswer = {
    seq: data.seq,
    width,
    height,
    nodes: data.nodes.map((id) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return { id, x, y };
    }),
    edges: data.edges.map(([from, to]) => ({
      from,
      to,
      points: (graph.edge(from, to) as { points: { x: number; y: number }[] }).points,
    })),
  };
  postMessage(answer);
});
