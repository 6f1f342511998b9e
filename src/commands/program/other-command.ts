import * as messages from '../messages.ts';

/** Names that other programs have for these commands. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ...{ ls: 'status', list: 'status', watch: 'status --watch', tail: 'attach --follow', version: '--version' },
  ...{ delete: 'rm', remove: 'rm', mv: 'move', new: 'add', create: 'add', todo: 'add' },
  ...{ start: 'run', cancel: 'stop', unpause: 'resume', restart: 'retry' },
};

/** What was probably meant, where the words are no command of kanban's; null = it may be one. */
export function otherMeant([word = '', first = '']: readonly string[]): string | null {
  if (word === 'config') return messages.SETTINGS_ARE;
  if (word === 'status' && /^[a-z]+-\d+$/i.test(first)) return messages.statusTakesNoId(first);
  const command = Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined;
  return command === undefined ? null : messages.otherCommand(word, command);
}
