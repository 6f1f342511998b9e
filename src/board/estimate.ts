import type { Entry } from './entry.ts';

/** What its field `estimate` says, as written; null = it has none. Nothing depends on it: any text may stand there. */
export const estimateOf = ({ fields }: Pick<Entry, 'fields'>): string | null =>
  fields.find(({ key }) => key === 'estimate')?.value ?? null;
