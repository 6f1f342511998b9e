/** Parts of what comes whole later, and what says nothing of the run. */
export const IGNORED = [
  'item/agentMessage/delta',
  'item/plan/delta',
  'item/commandExecution/outputDelta',
  'item/fileChange/outputDelta',
  'item/fileChange/patchUpdated',
  'item/reasoning/textDelta',
  'turn/diff/updated',
  'thread/started',
  'thread/settings/updated',
  'remoteControl/status/changed',
  'skills/changed',
];
