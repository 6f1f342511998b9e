/** What the worker is asked. Sizes are px. */
export interface LayoutOrder {
  readonly seq: number;
  readonly nodes: readonly string[];
  /** From what is depended on to what depends on it. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Centres of nodes, and the bends of edges. */
export interface LayoutAnswer {
  readonly seq: number;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly ({ readonly id: string } & Point)[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly points: readonly Point[] }[];
}
