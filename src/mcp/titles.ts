/** How resources and prompts are listed. */
export const status = {
  title: 'Board',
  description: 'How the board stands: the first 100 entries. Can be subscribed to.',
  mimeType: 'application/json',
} as const;
export const rules = {
  title: 'Rules',
  description: "The team's rules, from WORKFLOW.md.",
  mimeType: 'text/markdown',
} as const;
export const planSchema = {
  title: 'Schema of a plan',
  description: 'What add_entries takes, as JSON Schema.',
  mimeType: 'application/schema+json',
} as const;
export const entry = {
  title: 'Entry',
  description: 'An entry with its state, text, runs and history. Can be subscribed to.',
  mimeType: 'text/markdown',
} as const;
export const report = {
  title: 'Report',
  description: 'What a run reported at its end; of an entry, the newest report.',
  mimeType: 'text/markdown',
} as const;
