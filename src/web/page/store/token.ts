import { signal } from '@preact/signals';

const KEY = 'kanban-token';

/** null: the page was opened without one, or the server has another one by now. */
export const token = signal<string | null>(null);

/** `exchanging`: a ticket is being exchanged for the token; `refused`: it was not good. */
export const ticket = signal<'none' | 'exchanging' | 'refused'>('none');

/**
 * Takes the token out of an address (`#t=…`, perhaps with `&/graph` behind it) and keeps it for this tab and origin; or a
 * ticket (`#k=…`), and exchanges it.
 * @returns the rest of the fragment
 */
export function takeToken(hash: string): string {
  const [, kind, found, rest] = /^#([tk])=([^&]*)&?(.*)$/.exec(hash) ?? [];
  if (found === undefined) {
    token.value ??= sessionStorage.getItem(KEY);
    return hash;
  }
  if (kind === 't') keep(found);
  else void exchange(found);
  return `#${rest === '' ? '/board' : rest}`;
}

function keep(found: string): void {
  sessionStorage.setItem(KEY, found);
  token.value = found;
  ticket.value = 'none';
}

async function exchange(given: string): Promise<void> {
  ticket.value = 'exchanging';
  try {
    const answer = await fetch('/api/ticket', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket: given }),
    });
    if (answer.ok) return keep(((await answer.json()) as { readonly token: string }).token);
  } catch {
    // The server does not answer.
  }
  ticket.value = 'refused';
}

export function dropToken(): void {
  sessionStorage.removeItem(KEY);
  token.value = null;
}
