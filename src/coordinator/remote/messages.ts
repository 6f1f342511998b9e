/* Pushes. */

export const pushInterrupted = (remote: string): string => `the push to ${remote} was interrupted`;

export const pushNotArrived = (why: string): string => `the push did not arrive: ${why}`;
