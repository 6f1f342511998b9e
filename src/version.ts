declare const KANBAN_VERSION: string;

/** Of this package, as it was built; run from its source it has none. */
export const VERSION = typeof KANBAN_VERSION === 'string' ? KANBAN_VERSION : '0.0.0-source';
