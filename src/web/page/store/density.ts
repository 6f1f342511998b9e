import { computed, signal } from '@preact/signals';

export type Density = 'normal' | 'compact';

const KEY = 'kanban-density';

/** As the user has chosen; a browser that keeps nothing begins with `normal`. */
export const density = signal<Density>(kept());

/** From here on a finger can meet a row of one line, and there is room for one. */
const WIDE_ENOUGH = '(min-width: 600px)';
const isWide = signal(true);

/** Entries have one line each. */
export const isCompact = computed(() => density.value === 'compact' && isWide.value);

export function setDensity(chosen: Density): void {
  density.value = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // It counts until the page is loaded again.
  }
}

export const toggleDensity = (): void => setDensity(density.peek() === 'compact' ? 'normal' : 'compact');

/** Compact rows come and go with the width of the window. */
export function followWidth(): void {
  const query = window.matchMedia(WIDE_ENOUGH);
  const look = (): void => void (isWide.value = query.matches);
  look();
  query.addEventListener('change', look);
}

/** The storage may be missing or closed to this page: to ask for it may throw. */
function kept(): Density {
  try {
    return localStorage.getItem(KEY) === 'compact' ? 'compact' : 'normal';
  } catch {
    return 'normal';
  }
}
