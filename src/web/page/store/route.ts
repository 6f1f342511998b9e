import { signal } from '@preact/signals';
import { hashOf, type Route, type Tab } from './address.ts';

export const route = signal<Route>({ view: 'board', entry: null, q: '', show: '' });

/** The address of the present place with something else in it. */
export const hrefTo = (change: Partial<Route>): string => hashOf({ ...route.value, ...change });

/** @param how `replace`: no step for the Back button, as while typing */
export function go(change: Partial<Route>, how: 'push' | 'replace' = 'push'): void {
  const next = { ...route.value, ...change };
  if (hashOf(next) === hashOf(route.value)) return;
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', hashOf(next));
  route.value = next;
}

export const openEntry = (id: string, tab: Tab = 'text'): void => go({ entry: { id, tab } });
export const closeEntry = (): void => go({ entry: null });
