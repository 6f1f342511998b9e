import type { Suggestion } from './facts.ts';
import * as messages from './messages.ts';

/**
 * How to set a command that the build files suggest: `set … in WORKFLOW.md`.
 * @param setting in YAML of one line, `…` for the value
 * @returns null: nothing is suggested
 */
export function suggestedSetting(setting: string, suggestion: Suggestion | null): string | null {
  if (suggestion === null) return null;
  const { command, from, missing } = suggestion;
  const set = messages.setTo(
    setting.replace('…', () => JSON.stringify(command)),
    from,
  );
  return missing === null ? set : messages.installThen(missing.program, missing.get, set);
}
