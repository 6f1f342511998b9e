import matter from 'gray-matter';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { ROLE_TABLE, type Role, type Verdict } from '../../workflow/roles.ts';
import { TYPES, type ChangeType } from './verdict.ts';
import * as messages from './messages.ts';

/** A report, read. */
export type ParsedReport =
  | {
      readonly ok: true;
      readonly verdict: Verdict;
      /** Keep a Changelog section; null = the report names none that exists. */
      readonly type: ChangeType | null;
      /** The raw rest of its line; null = none. */
      readonly changelog: string | null;
      readonly text: string;
    }
  /** `problem`: what exactly was missing, for the agent's next run. */
  | { readonly ok: false; readonly problem: string };

/**
 * Reads an agent's report: markdown with front matter, leniently. Front matter that is no YAML
 * is read line by line; no front matter at all, by the first lines that look like it. Never throws.
 */
export function parseReport(text: string, role: Role): ParsedReport {
  const source = text
    .replace(/^\uFEFF/, '')
    .replace(/^\s+(?=---)/, '')
    .replace(/\r\n?/g, '\n');
  if (source.trim() === '') return { ok: false, problem: messages.EMPTY };
  const { fields, body } = readFields(source);
  if (fields.verdict === undefined) return { ok: false, problem: messages.noVerdict(role) };
  const verdict = knownVerdict(fields.verdict, role);
  if (verdict === null) return { ok: false, problem: messages.unknownVerdict(fields.verdict, role) };
  return {
    ok: true,
    verdict,
    type: knownType(fields.type),
    changelog: rawLine(source, 'changelog') ?? fields.changelog ?? null,
    text: body.trim(),
  };
}

const Fields = z.object({
  verdict: z.coerce.string().optional(),
  type: z.coerce.string().optional(),
  changelog: z.coerce.string().optional(),
});
type Fields = { verdict?: string | undefined; type?: string | undefined; changelog?: string | undefined };

function readFields(source: string): { fields: Fields; body: string } {
  const read = readYaml(source);
  if (read?.fields.verdict !== undefined) return read;
  return readLines(source);
}

/** gray-matter with its evaluating engines off and without its cache. */
function readYaml(source: string): { fields: Fields; body: string } | null {
  try {
    const { data, content } = matter(source, {
      language: 'yaml',
      engines: { yaml: yamlObject, json: refuse, js: refuse, javascript: refuse, coffee: refuse, toml: refuse },
    });
    const lower = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key.toLowerCase(), value ?? undefined]),
    );
    const fields = Fields.safeParse(lower);
    return fields.success ? { fields: fields.data, body: content } : null;
  } catch {
    return null;
  }
}

function yamlObject(text: string): object {
  const value: unknown = parseYaml(text, { schema: 'core', uniqueKeys: true, maxAliasCount: 20, logLevel: 'error' });
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function refuse(): never {
  throw new Error(messages.ONLY_YAML);
}

/** The lines between the two `---`, or without them the file's first lines, each `key: rest`. The first of a key counts. */
function readLines(source: string): { fields: Fields; body: string } {
  const lines = source.split('\n');
  const fenced = source.startsWith('---');
  const close = fenced ? lines.findIndex((line, n) => n > 0 && /^(---|\.\.\.)\s*$/.test(line)) : -1;
  const head = fenced ? lines.slice(1, close < 0 ? 30 : close) : lines.slice(0, 10);
  const fields: Record<string, string> = {};
  for (const line of head) {
    const match = /^[\s>*_`-]*(verdict|type|changelog)[*_`]*\s*:\s*(.*)$/i.exec(line);
    const key = match?.[1]?.toLowerCase();
    if (key !== undefined && fields[key] === undefined) fields[key] = unquoted(match?.[2] ?? '');
  }
  return { fields, body: close < 0 ? source.replace(/^---[^\n]*\n/, '') : lines.slice(close + 1).join('\n') };
}

/** `changelog: fix: the "x" #3` is no YAML, or another one than meant: its line counts as it stands. */
function rawLine(source: string, key: string): string | undefined {
  const end = source.indexOf('\n---', 3);
  const head = source.startsWith('---') && end > 0 ? source.slice(0, end) : '';
  const value = new RegExp(`^${key}[ \\t]*:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim();
  // A block scalar's text is on the lines below: YAML has read it.
  return value === undefined || value === '' || /^[|>][+-]?\d?$/.test(value) ? undefined : unquoted(value);
}

function unquoted(value: string): string {
  const plain = value.trim();
  const quoted = /^(["'])(.*)\1$/.exec(plain);
  return quoted ? (quoted[2] ?? '') : plain;
}

function knownVerdict(written: string, role: Role): Verdict | null {
  const word = written
    .replace(/\s#.*$/, '')
    .replace(/[*_`"'.!]+/g, (mark) => (mark.includes('_') ? '-' : ''))
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '-')
    .replace(/^-|-$/g, '');
  const rows: readonly { readonly word: Verdict; readonly spellings: readonly string[] }[] = ROLE_TABLE[role].verdicts;
  const found = rows.find((row) => row.word === word || row.spellings.includes(word));
  return found?.word ?? null;
}

function knownType(written: string | undefined): ChangeType | null {
  const word =
    written
      ?.replace(/\s#.*$/, '')
      .trim()
      .toLowerCase() ?? '';
  const near: Readonly<Record<string, ChangeType>> = {
    add: 'added',
    feature: 'added',
    feat: 'added',
    change: 'changed',
    fix: 'fixed',
    bugfix: 'fixed',
    remove: 'removed',
    deprecate: 'deprecated',
  };
  return TYPES.find((type) => type === word) ?? near[word] ?? null;
}
