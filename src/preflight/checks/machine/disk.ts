import type { Check } from '../../finding.ts';

const MIB = 1024 * 1024;
const LEAST = 256 * MIB;
const LITTLE = 2048 * MIB;

export const disk: Check = {
  id: 'disk',
  title: 'there is room on the disk',
  why: 'Each task has a worktree of its own, with its dependencies.',
  run({ diskFree }) {
    if (diskFree === null || diskFree >= LITTLE) return [];
    const message = `The disk is nearly full: ${Math.floor(diskFree / MIB)} MiB are left.`;
    return [
      { level: diskFree < LEAST ? 'stops' : 'told', message, fix: 'make room; kanban doctor lists what kanban keeps' },
    ];
  },
};
