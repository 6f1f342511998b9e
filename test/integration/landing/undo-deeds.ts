import { UNCHECKED_LOCK } from '../../rig/lock-proof.ts';
import { checkoutOf } from '../../../src/git/checkout.ts';
import { undoLanding, type Undo } from '../../../src/landing/undo.ts';
import { CHANGELOG, EMPTY_TESTING, TODO, type Rig } from './rig.ts';

export const LANDED_CHANGELOG = CHANGELOG.replace('- old\n', '- old\n\n### Fixed\n\n- Landed (T-9)\n');
export const UNDONE_TODO = TODO.replace('# TODO\n\n', '# TODO\n\n## T-9: Ready to land\n\n- feedback: it breaks\n\n');

/** T-9 lands, as the coordinator lands it: the merge, the entry gone, its line there. @returns the landing. */
export function landByGit(rig: Rig, message = 'T-9: Ready to land'): string {
  rig.git('merge', '-q', '--no-ff', '--no-commit', 'T-9');
  rig.write('board/TESTING.md', EMPTY_TESTING);
  rig.write('CHANGELOG.md', rig.read('CHANGELOG.md').replace('- old\n', '- old\n\n### Fixed\n\n- Landed (T-9)\n'));
  rig.git('add', 'board', 'CHANGELOG.md');
  rig.git('commit', '-qm', message);
  rig.git('update-ref', 'refs/kanban/seen', 'main');
  return rig.sha('main');
}

/** What the coordinator asks for when T-9 is undone. */
export const undoOf = (rig: Rig, landing: string, change: Partial<Undo> = {}): Undo => ({
  lock: UNCHECKED_LOCK,
  id: 'T-9',
  landing,
  baseRef: 'refs/heads/main',
  oldBase: rig.sha('main'),
  board: 'board',
  boardFiles: new Map([['board/TODO.md', Buffer.from(UNDONE_TODO)]]),
  changelog: 'CHANGELOG.md',
  releasedLine: 'Undone T-9: it breaks',
  checkout: checkoutOf(rig.repo, 'refs/heads/main'),
  extraRefs: [{ ref: 'refs/kanban/seen' }],
  message: 'kanban: T-9 undone\n\nKanban-Move: T-9 CHANGELOG -> TODO\n',
  ...change,
});

export { undoLanding };
