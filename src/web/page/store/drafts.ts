/** What is half written survives a reload of the page, in this tab alone. */
export const drafts = {
  read<T>(key: string): T | null {
    const text = sessionStorage.getItem(`draft ${key}`);
    if (text === null) return null;
    try {
      return JSON.parse(text) as T;
    } catch {
      return null;
    }
  },
  write(key: string, value: unknown): void {
    try {
      sessionStorage.setItem(`draft ${key}`, JSON.stringify(value));
    } catch {
      // The store is full: the draft lives in the page alone.
    }
  },
  drop(key: string): void {
    sessionStorage.removeItem(`draft ${key}`);
  },
};
