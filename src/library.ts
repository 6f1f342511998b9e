/** What the package exports. docs/library.md describes it. */
export { applyPatch } from './contract/snapshot-change.ts';
export { BoardError } from './surfaces/board-error.ts';
export { openBoard } from './surfaces/board.ts';
export type * from './surfaces/board-types.ts';
export type { AgentEvent, Usage } from './contract/agent-event.ts';
export type { KanbanEvent, TimedEvent } from './contract/event.ts';
export type { Reply } from './contract/request.ts';
export type * from './contract/snapshot.ts';
export type { SnapshotPatch } from './contract/snapshot-change.ts';
export type { Problem } from './problem.ts';
