/** What a table has under a key that an agent or its provider wrote; undefined where it has none of its own (`valueOf`). */
export const entryOf = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
