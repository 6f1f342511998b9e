import { join } from 'node:path';
import type { Cli } from '../../agents/agent.ts';
import { statOrNone } from '../../system/plain-file.ts';
import type { EnvSetting } from '../../workflow/settings.ts';

/** How an agent CLI can speak to its provider, as far as it shows. */
export interface Login {
  /** A file of its own says that somebody logged in; a key is passed to it; nothing shows (a keychain doesn't). */
  readonly by: 'login' | 'key' | 'nothing';
  /** Keys in the environment that nobody names, so that they are not passed on. */
  readonly unnamed: readonly string[];
}

/**
 * Looks for a login or a key of an agent CLI. A key that is merely set in the environment is not passed on: it would
 * override a subscription, and bill.
 * @param named the `env` settings that apply to it
 */
export function loginOf(
  cli: Pick<Cli, 'keys' | 'logins'>,
  env: Readonly<Record<string, string | undefined>>,
  named: readonly EnvSetting[],
): Login {
  const passed = (key: string): boolean =>
    named.some(({ pass, set }) => Object.hasOwn(set, key) || (pass.includes(key) && isSet(env[key])));
  const by = cli.keys.some(passed) ? 'key' : cli.logins.some((place) => isThere(place, env)) ? 'login' : 'nothing';
  return { by, unnamed: cli.keys.filter((key) => isSet(env[key]) && !passed(key)) };
}

const EMPTY = 4;

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

/** `~/path`, or `<VARIABLE>/path` where the variable names a folder. */
function isThere(place: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const slash = place.indexOf('/');
  const head = place.slice(0, slash).replace(/^<(.*)>$/, '$1');
  const folder = head === '~' ? env['HOME'] : env[head];
  const stat = isSet(folder) ? statOrNone(join(folder ?? '', place.slice(slash + 1))) : undefined;
  // Some make an empty `{}` at their first start.
  return stat !== undefined && (stat.isDirectory() || stat.size > EMPTY);
}
