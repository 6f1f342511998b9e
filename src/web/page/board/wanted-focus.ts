let wanted: string | null = null;

/** A key has picked this entry: its row takes the focus as soon as it is drawn. */
export const wantFocus = (name: string): void => void (wanted = name);

/** @returns whether this row is to take it now; only once */
export function takesFocus(name: string): boolean {
  if (wanted !== name) return false;
  wanted = null;
  return true;
}
