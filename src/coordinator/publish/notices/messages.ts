export const notSet = (variable: string): string => `$${variable} is not set`;
export const noAddress = (variable: string): string => `the value of $${variable} is not an http or https address`;
export const noTopic = (variable: string): string => `the address in $${variable} names no topic`;
export const answered = (status: number): string => `the server answered ${status}`;
export const redirects = (status: number): string =>
  `the server answered ${status}, and redirects are not followed: set the address that it redirects to`;
export const noAnswer = (seconds: number): string => `no answer within ${seconds}s`;
/** @param code of the system, as ECONNREFUSED */
export const unreachable = (code: string): string => `the server cannot be reached (${code})`;
export const OVERFLOW = 'too many notices wait for this target';
export const ENDED = 'kanban run ended before it was delivered';
export const afterTries = (why: string, tries: number): string => (tries === 1 ? why : `${why} (${tries} tries)`);
export const exited = (code: number | null): string =>
  code === null ? 'the command was ended by a signal' : `the command ended with exit code ${code}`;
export const targetName = (index: number, to: string): string => `notify[${index}] (${to})`;
