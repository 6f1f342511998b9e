import type { Problem } from '../../problem.ts';

const repositoryChanged = (what: string, fix: string): Problem => ({
  code: 'repository-changed',
  message: `${what} was changed while a run was active, and git no longer takes this repository for what it is`,
  fix,
});
export const configBroken = (path: string): Problem =>
  repositoryChanged('.git/config', `kanban run    # it restores ${path}`);
/** @param fix the commands that restore the keys */
export const keysChanged = (keys: readonly string[], fix: readonly string[]): Problem =>
  repositoryChanged(keys.join(', '), `${fix.join(' && ')}    # kanban run does it, too`);
