/** Sections of Keep a Changelog, as a report names them. */
export const TYPES = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'] as const;
export type ChangeType = (typeof TYPES)[number];
