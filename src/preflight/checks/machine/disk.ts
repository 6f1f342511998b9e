import type { Check } from '../../finding.ts';

const MIB = 1024 * 1024;
const LEAST = 256 * MIB;
const MIN_FREE_BYTES = 2048 * MIB;

export const disk: Check = {
  id: 'disk',
  title: 'there is room on the disk',
  why: 'Each task has a worktree of its own, with its dependencies.',
  run({ diskFree }) {
    if (diskFree === null || diskFree >= MIN_FREE_BYTES) return [];
    const message = `The disk is nearly full: ${Math.floor(diskFree / MIB)} MiB are left.`;
    return [
      { level: diskFree < LEAST ? 'stops' : 'info', message, fix: 'make room; kanban doctor lists what kanban keeps' },
    ];
  },
};
