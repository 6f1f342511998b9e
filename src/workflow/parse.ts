import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { agentSettings } from './agent-settings.ts';
import { kindOf } from './agent-kinds.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { withCurrentNames } from './former-names.ts';
import { readFrontMatter, type FrontMatter, type KeyPath } from './front-matter.ts';
import { rules } from './rules.ts';
import { schema, type ReadSettings } from './schema.ts';
import { ROLES } from './roles.ts';
import { type AgentSettings, type Settings, type Workflow } from './settings.ts';
import { secretsOf, withoutAddresses, withoutSecrets } from './operations/secrets.ts';
import { allKeys, expects, keysAt, type Expected } from './walk.ts';
import * as messages from './messages.ts';

/**
 * Reads WORKFLOW.md.
 * @param file its path, as the problems are to name it
 * @returns settings with every default filled in and the prose below the front matter; or all problems at once, each
 *   with its place
 */
export function parseWorkflow(text: string, file: string): Result<Workflow> {
  const written = readFrontMatter(text, file);
  if (isProblems(written)) return failed(written);
  const front = withCurrentNames(written);
  const read = schema.safeParse(front.data);
  const problems = read.success ? [] : read.error.issues.flatMap((issue) => readIssue(issue, front));
  // What is wrong is left out and the rest read again, so that the rules speak in the same breath.
  const rest = read.success ? read : schema.safeParse(without(front.data, read.error.issues));
  const wrong = read.success ? [] : read.error.issues.map(({ path }) => path.map(String).join('.'));
  if (rest.success) problems.push(...breaches(complete(rest.data), wrong, front));
  if (problems.length > 0) return failed(withoutSecrets(inOrder(problems), secretsOf(front, wrong)));
  return rest.success ? ok({ settings: complete(rest.data), rules: front.content.trim() }) : failed([]);
}

/** The settings of a WORKFLOW.md that says nothing. */
export function defaultSettings(): Settings {
  return complete(schema.parse({}));
}

const isProblems = (front: FrontMatter | readonly Problem[]): front is readonly Problem[] => Array.isArray(front);

/** With `shell` and the agents that the roles name, written or built in. */
function complete(read: ReadSettings): Settings {
  const written = Object.entries(read.agents).map(([name, agent]): [string, AgentSettings] => [
    name,
    { ...agent, kind: agent.kind === 'auto' ? kindOf(name) : agent.kind },
  ]);
  const builtIn = ['shell', ...ROLES.map((role) => read.roles[role].agent)].flatMap((name) => {
    const settings = agentSettings({ agents: {} }, name);
    return settings === null ? [] : [[name, settings] as const];
  });
  return { ...read, agents: Object.fromEntries([...builtIn, ...written]) };
}

/** What the rules find; not of values that were left out because they are wrong themselves. */
function breaches(settings: Settings, wrong: readonly string[], front: FrontMatter): Problem[] {
  const about = (path: KeyPath): boolean =>
    wrong.some(
      (other) =>
        (other !== '' && `${other}.`.startsWith(`${path.join('.')}.`)) ||
        (path.at(-1) === 'agent' && other.startsWith('agents')),
    );
  const found = rules.flatMap((rule) => rule(settings)).filter(({ path }) => !about(path));
  return found.map(({ path, code, message, fix }) => ({
    code,
    message,
    ...placed(front, path, 'value'),
    ...(fix ? { fix } : {}),
  }));
}

function placed(front: FrontMatter, path: KeyPath, what: 'key' | 'value'): Pick<Problem, 'where'> {
  const where = front.place(path, what);
  if (!where) return {};
  return { where: path[0] === 'notify' ? withoutAddresses(where) : where };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ where }: Problem): number => (where ? where.line * 10_000 + where.column : 0);
  return [...problems].sort((a, b) => rank(a) - rank(b));
}

function readIssue(issue: z.core.$ZodIssue, front: FrontMatter): Problem[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, front));
  const where = placed(front, path, issue.code === 'invalid_key' ? 'key' : 'value');
  const custom = issue.code === 'custom' && issue.message !== 'Invalid input' ? issue.message : null;
  const value = valueAt(front.data, path);
  const message = messages.wrongSetting(
    dotted(path),
    custom ??
      (expects(path).kind === 'secret'
        ? messages.mustBeSecret(expects(path).text)
        : messages.mustBe(expects(path).text, messages.actualValue(value))),
  );
  const fix = fixFor(expects(path).kind, value);
  return [{ code: 'wrong-setting', message, ...where, ...(fix ? { fix } : {}) }];
}

function unknownKey(path: KeyPath, key: string, front: FrontMatter): Problem {
  const known = keysAt(path);
  const near = known.length > 0 ? closest(key, known) : '';
  const alike =
    near !== '' && distance(key.toLowerCase(), near.toLowerCase()) <= Math.max(1, Math.floor(near.length / 2));
  const elsewhere = allKeys()
    .filter(({ path: other }) => other.split('.').at(-1) === key)
    .map(({ path: other }) => other);
  const fix = alike
    ? messages.writeName(near)
    : elsewhere.length > 0
      ? messages.standsAt(elsewhere)
      : messages.knownHere(known);
  const message = messages.unknownSetting(dotted([...path, key]), alike ? near : null);
  return { code: 'unknown-setting', message, fix, ...placed(front, [...path, key], 'key') };
}

const dotted = (path: KeyPath): string =>
  path.reduce<string>(
    (all, step) => (typeof step === 'number' ? `${all}[${step}]` : all === '' ? step : `${all}.${step}`),
    '',
  );

function fixFor(kind: Expected['kind'], value: unknown): string | undefined {
  if (kind === 'duration') return typeof value === 'number' ? messages.addUnit(value) : undefined;
  if (kind !== 'text') return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return messages.putInQuotes(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return messages.QUOTE_MAP_LIKE_TEXT;
  return undefined;
}

function valueAt(data: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    data,
  );
}

/** The data less every key that an issue names; a wrong item of a list takes the list with it. */
function without(data: FrontMatter['data'], issues: readonly z.core.$ZodIssue[]): unknown {
  const copy = structuredClone(data);
  for (const issue of issues) {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) remove(copy, path.map(String));
  }
  return copy;
}

function remove(data: unknown, path: readonly string[]): void {
  let holder: unknown = data;
  for (const [index, step] of path.entries()) {
    if (typeof holder !== 'object' || holder === null) return;
    const map = holder as Record<string, unknown>;
    if (index === path.length - 1 || Array.isArray(map[step])) {
      delete map[step];
      return;
    }
    holder = map[step];
  }
}
