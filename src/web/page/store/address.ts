export const VIEWS = ['board', 'graph', 'queue', 'runs', 'metrics'] as const;
export type View = (typeof VIEWS)[number];

export const TABS = ['text', 'runs', 'diff', 'log', 'history'] as const;
export type Tab = (typeof TABS)[number];

/** Where the page is; all of it is in the address. */
export interface Route {
  readonly view: View;
  readonly entry: { readonly id: string; readonly tab: Tab } | null;
  /** What is searched for. */
  readonly q: string;
  /** What the graph and the metrics show. */
  readonly show: string;
}

/** @param hash with or without its `#` */
export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?');
  const query = new URLSearchParams(search);
  const [, first = '', second = '', third = ''] = path.split('/');
  const rest = { q: query.get('q') ?? '', show: query.get('show') ?? '' };
  if (first !== 'entry') return { view: viewOf(first), entry: null, ...rest };
  const tab = TABS.find((name) => name === third) ?? 'text';
  const id = decoded(second);
  return { view: viewOf(query.get('in') ?? ''), entry: id === '' ? null : { id, tab }, ...rest };
}

/** As it is, where it is no encoded text: `%`. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const viewOf = (name: string): View => VIEWS.find((view) => view === name) ?? 'board';

export function hashOf({ view, entry, q, show }: Route): string {
  const query = new URLSearchParams({
    ...(q === '' ? {} : { q }),
    ...(show === '' ? {} : { show }),
    ...(entry !== null && view !== 'board' ? { in: view } : {}),
  }).toString();
  const path =
    entry === null ? view : `entry/${encodeURIComponent(entry.id)}${entry.tab === 'text' ? '' : `/${entry.tab}`}`;
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}
