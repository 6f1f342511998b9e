import { shellWord } from '../../shell-word.ts';
import * as messages from '../messages.ts';

/** Options whose value is a text of several words. */
const TEXT_OPTIONS = ['why', 'title', 'body', 'field'] as const;

/** A command of commander that has read its words. */
interface Parsed {
  readonly name: () => string;
  readonly args: readonly string[];
  readonly registeredArguments: readonly unknown[];
  readonly opts: () => Readonly<Record<string, unknown>>;
}

/**
 * After too many arguments: the option whose text was written without quotes, as it should be. Ends with a line break;
 * '' = there is none.
 * @param words of the command line
 */
export function quoteHint(program: { readonly commands: readonly Parsed[] }, words: readonly string[]): string {
  const command = program.commands.find((one) => words.includes(one.name()) && one.args.length > 0);
  const given = command?.opts() ?? {};
  const option = TEXT_OPTIONS.find((name) => typeof given[name] === 'string');
  if (command === undefined || option === undefined) return '';
  const text = [String(given[option]), ...command.args.slice(command.registeredArguments.length)].join(' ');
  return messages.quoteText(`--${option} ${shellWord(text)}`);
}
