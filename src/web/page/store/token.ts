import { signal } from '@preact/signals';

const KEY = 'kanban-token';

/** null: the page was opened without one, or the server has another one by now. */
export const token = signal<string | null>(null);

/**
 * Takes the token out of an address (`#t=…`, perhaps with `&/graph` behind it) and keeps it for this tab and origin.
 * @returns the rest of the fragment
 */
export function takeToken(hash: string): string {
  const [, found, rest] = /^#t=([^&]*)&?(.*)$/.exec(hash) ?? [];
  if (found === undefined) {
    token.value = sessionStorage.getItem(KEY);
    return hash;
  }
  sessionStorage.setItem(KEY, found);
  token.value = found;
  return `#${rest === '' ? '/board' : rest}`;
}

export function dropToken(): void {
  sessionStorage.removeItem(KEY);
  token.value = null;
}
