import { pauseAll, resumeAll } from '../effects/pause.ts';
import type { Reply, Request } from '../pipeline/request.ts';

/** Carries out `kanban pause` and `kanban resume` without an id, by whoever holds the coordinator's lock. */
export function pauseOrResume(root: string, { command, by, why, at }: Request): Reply {
  if (command === 'resume')
    return resumeAll(root) ? { ok: true, message: 'work goes on' } : { ok: false, message: 'nothing is paused' };
  return pauseAll(root, { by: by.name, why, at })
    ? { ok: true, message: 'paused: runs are stopped, their work and sessions kept; kanban resume goes on' }
    : { ok: true, message: 'paused already; kanban resume goes on' };
}
