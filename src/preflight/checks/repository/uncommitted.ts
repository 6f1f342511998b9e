import { firstOf } from '../../../first-of.ts';
import type { Check } from '../../finding.ts';
import { shellPath } from '../../../shell-word.ts';

export const uncommitted: Check = {
  id: 'uncommitted',
  title: 'tracked files are committed',
  why: "Agents start from base's commit: they don't see what is only on your disk.",
  run({ uncommitted: files, inWork, settings: { dirty, base }, allowsDirty }) {
    if (files.length === 0) return [];
    const names = firstOf(files);
    const message = `Agents start from the last commit of ${base} and do not see your uncommitted changes: ${names}.`;
    const commit = `git commit -m "…" -- ${files.length > 5 ? '.' : files.map(shellPath).join(' ')}`;
    if (inWork === 0 && dirty === 'stop' && !allowsDirty) {
      const fix = `${commit}, or git stash; to start without them: kanban run --allow-dirty, or \`dirty: warn\` in WORKFLOW.md`;
      return [{ level: 'stops', message, fix }];
    }
    return [{ level: 'info', message, fix: `if an entry needs them: ${commit}` }];
  },
};
