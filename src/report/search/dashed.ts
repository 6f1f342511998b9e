/** `IN_PROGRESS`, `in progress` and `in-progress` as one name. */
export const dashed = (name: string): string => name.toLowerCase().replaceAll(/[_ ]/g, '-');
