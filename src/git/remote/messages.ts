export const loginRefused = (remote: string, reason: string): string => `${remote} refused the login: ${reason}`;
export const notARepository = (remote: string, reason: string): string =>
  `there is no repository at ${remote}: ${reason}`;
export const unreachable = (remote: string, reason: string): string => `${remote} cannot be reached: ${reason}`;
export const NO_REASON = 'git gave no reason';
export const movedTo = (remote: string, sha: string): string => `${remote} has moved (it has ${sha.slice(0, 10)})`;
export const moved = (remote: string, reason: string): string => `${remote} has moved (${reason})`;
export const largeFilesNotSent = (remote: string, reason: string): string =>
  `the files kept in Git LFS could not be sent to ${remote}: ${reason}`;
/** @param timeout ms */
export const noAnswer = (remote: string, timeout: number): string =>
  `${remote} did not answer within ${Math.round(timeout / 1000)} s`;
export const connectionEnded = (remote: string): string => `the connection to ${remote} was ended`;
export const noRemote = (remote: string): string => `there is no remote \`${remote}\` in this repository`;
export const shallowRemote = (remote: string): string => `${remote} is a shallow clone and lacks its history`;
