/* What the facts of preflight say. */

export const notAFile = (isFolder: boolean): string => `it is a ${isFolder ? 'folder' : 'symbolic link'}, not a file`;
export const LANDINGS_WAIT = 'no task lands until you move it away or change `changelog:` in WORKFLOW.md';
export const promptMissing = (role: string, file: string): string => `The prompt of the ${role} is missing: ${file}`;
export const noRepository = (cwd: string): string => `${cwd} is not in a git repository`;
export const checkTimedOut = (ms: number): string => `it did not end within ${ms / 1000} s`;
export const endedBy = (signal: string | null): string => `ended by ${signal ?? 'an unknown signal'}`;
