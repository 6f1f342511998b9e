export const LOGIN = 'run `kimi login`, or set a provider and its key in ~/.kimi-code/config.toml.';
/** Of a turn that ended without an answer of the model. */
export const SILENT = 'its turn ended without an answer: its provider failed';
export const NARROW_PERMISSIONS =
  'Reads and changes files in the worktree; runs git, commands that only look, and `tools`. It asks kanban before each call that could do more; kanban refuses all else.';
export const FULL_PERMISSIONS = 'Everything: kanban allows whatever it asks for.';
