import { ROLES } from './roles.ts';
import { Liquid, LiquidError, type Template } from 'liquidjs';
import { failed, ok, placeAt, type Problem, type Result } from '../problem.ts';
import { NOTHING_HANDED_OVER, type Handover } from './handover.ts';
import { unknownVariables, usesVariable } from './prompt-variables.ts';
import type { Role } from './roles.ts';
import * as messages from './messages.ts';

/** What a prompt may say of a run; every text is data and never read as a template. */
export interface PromptData {
  readonly entry: {
    readonly id: string;
    readonly title: string;
    /** The entry's body as written. */
    readonly text: string;
    /** By key; a key that the entry lacks is empty in a prompt, not an error. */
    readonly fields: Readonly<Record<string, string>>;
    readonly criteria: readonly { readonly text: string; readonly checked: boolean }[];
  };
  readonly run: {
    readonly role: Role;
    /** Counts from 1. */
    readonly attempt: number;
    readonly minutes: number;
    /** Path of the file in which the report is expected. */
    readonly report: string;
    readonly purpose: 'work' | 'mend';
  };
  readonly git: {
    readonly worktree: string;
    readonly branch: string;
    readonly base: string;
    /** Paths that differ between base and branch. */
    readonly changed: readonly string[];
    /** The branch's commits over base, one line each. */
    readonly commits: readonly string[];
  };
  /** What earlier runs and the user found, and nothing has settled since; '' = nothing. */
  readonly findings: string;
  /** What the stages before hand over. */
  readonly handover: Handover;
  /** The prose of WORKFLOW.md. */
  readonly rules: string;
}

/** A prompt beyond this is an error; the parts below are cut long before. */
const LONGEST_PROMPT = 1_000_000;
const LONGEST_TEXT = 100_000;
const LONGEST_LINE = 4_000;
const MOST_ITEMS = 500;
/** Numbers of ranges and characters that filters make; bounds loops over ranges, by steps and not by the clock. */
const MOST_MEMORY = 2_000_000;
/** Milliseconds, for loops in loops over lists; a prompt of ours takes a few. */
const LONGEST_TIME = 10_000;

/**
 * Fills a prompt in. Long texts and lists are cut, and the prompt says so where they were.
 * @param file the template's path, as problems are to name it
 * @returns the prompt; or every unknown variable, filter and tag with its place
 */
export function renderPrompt(template: string, file: string, data: PromptData): Result<string> {
  const parsed = parse(template, file);
  if (!parsed.ok) return parsed;
  const rendered = render(parsed.value, template, file, data);
  if (!rendered.ok) return rendered;
  const left = leftOut(parsed.value, data);
  return left === '' ? rendered : ok(`${rendered.value.trimEnd()}\n\n${left}\n`);
}

/** What every run is to know and a template (of a team, or of an older kanban) does not use: it stands at the end. */
function leftOut(parsed: Template[], { handover, findings }: PromptData): string {
  const parts = [
    usesVariable(engine, parsed, 'findings') || findings.trim() === ''
      ? ''
      : `${messages.FINDINGS}\n\n${findings.trim()}`,
    usesVariable(engine, parsed, 'handover') ? '' : handover.text,
  ];
  return parts.filter((text) => text !== '').join('\n\n');
}

/** The problems that `renderPrompt` would find for any entry, role and purpose; none = []. */
export function checkPrompt(template: string, file: string): readonly Problem[] {
  const parsed = parse(template, file);
  if (!parsed.ok) return parsed.error;
  if (template.trim() === '')
    return [{ code: 'prompt-empty', message: messages.PROMPT_EMPTY, where: placeAt(file, template, 0) }];
  for (const data of SAMPLES) {
    const rendered = render(parsed.value, template, file, data);
    if (!rendered.ok) return rendered.error;
  }
  return [];
}

/** No tag that reads another file, no names from prototypes, nothing escaped for HTML. */
const engine = newEngine();

function newEngine(): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    relativeReference: false,
    templates: {},
    parseLimit: LONGEST_PROMPT,
    memoryLimit: MOST_MEMORY,
    renderLimit: LONGEST_TIME,
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag];
  return liquid;
}

function parse(template: string, file: string): Result<Template[]> {
  try {
    const parsed = engine.parse(template);
    const unknown = unknownVariables(engine, parsed, template, file);
    return unknown.length > 0 ? failed(unknown) : ok(parsed);
  } catch (error) {
    return failed([asProblem(error, template, file)]);
  }
}

function render(parsed: Template[], template: string, file: string, data: PromptData): Result<string> {
  try {
    const text = String(engine.renderSync(parsed, scope(data)));
    if (text.length <= LONGEST_PROMPT) return ok(text);
    return failed([
      {
        code: 'prompt-too-long',
        message: messages.promptTooLong(LONGEST_PROMPT),
        where: placeAt(file, template, 0),
      },
    ]);
  } catch (error) {
    return failed([asProblem(error, template, file)]);
  }
}

/** Errors of the template are LiquidErrors; anything else is a bug. */
function asProblem(error: unknown, template: string, file: string): Problem {
  if (!(error instanceof LiquidError)) throw error;
  const { begin, end } = error.token;
  const message = (error.originalError?.message ?? error.message).replace(/, line:\d+, col:\d+.*$/s, '');
  const where = placeAt(file, template, begin, Math.max(1, end - begin));
  const other = /^tag "(include|render|layout|block)" not found/.test(message);
  const fix = other ? { fix: messages.ONE_FILE } : {};
  return { code: 'prompt-error', message: messages.promptError(message), where, ...fix };
}

/** Nothing is nil, so that `{% if findings %}` asks what it seems to ask. */
function scope({ entry, run, git, findings, handover, rules }: PromptData): object {
  return {
    entry: {
      id: entry.id,
      title: cut(entry.title, LONGEST_LINE),
      text: blank(cut(entry.text, LONGEST_TEXT)),
      fields: fieldsOf(entry.fields),
      criteria: list(entry.criteria).map(({ text, checked }) => ({ text: cut(text, LONGEST_LINE), checked })),
    },
    run: { ...run },
    git: { ...git, changed: lines(git.changed, 'files'), commits: lines(git.commits, 'commits') },
    findings: blank(cut(findings.trimEnd(), LONGEST_TEXT)),
    handover: {
      ...handover,
      blockers: blank(handover.blockers),
      next: blank(handover.next),
      text: blank(handover.text),
    },
    rules: blank(cut(rules, LONGEST_TEXT)),
  };
}

const blank = (text: string): string | null => (text.trim() === '' ? null : text);
const list = <T>(items: readonly T[]): readonly T[] => items.slice(0, MOST_ITEMS);

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}\n… (${text.length - length} characters cut)`;
}

function lines(all: readonly string[], what: string): readonly string[] {
  const kept = list(all).map((line) => cut(line, LONGEST_LINE));
  return all.length > kept.length ? [...kept, `… and ${all.length - kept.length} more ${what}`] : kept;
}

/**
 * The entry's fields: people choose the keys, so one that is missing is nil, not an error; nor is a prototype's.
 * `{% for field in entry.fields %}{{ field[0] }}: {{ field[1] }}{% endfor %}` lists them.
 */
function fieldsOf(fields: Readonly<Record<string, string>>): object {
  const items = list(Object.entries(fields)).map(([key, value]) => [key, cut(value, LONGEST_LINE)] as const);
  const known = new Map<string | symbol, unknown>(items);
  const read = (key: string | symbol): unknown =>
    key === Symbol.iterator ? () => items.values() : (known.get(key) ?? null);
  return new Proxy(Object.create(null) as object, {
    has: (_, key) => key === Symbol.iterator || known.has(key),
    get: (_, key) => read(key),
    getOwnPropertyDescriptor: (_, key) => ({ value: read(key), configurable: true, enumerable: true, writable: true }),
  });
}

const HANDED_OVER: Handover = {
  next: 'Next',
  reports: [{ by: 'task agent', verdict: 'done', text: 'Report', commit: '1234567' }],
  blockers: 'Blockers',
  undo: 'Undo',
  restart: { why: 'Why', commits: ['1234567 Title'], actions: ['Read a.ts'], status: ['## T-1'] },
  text: 'Hand-over',
};

/** One entry that says everything and one that says nothing. */
const SAMPLES: readonly PromptData[] = ROLES.flatMap((role) =>
  (['work', 'mend'] as const).map((purpose) => ({
    entry:
      purpose === 'mend'
        ? {
            id: 'T-1',
            title: 'Title',
            text: 'Text',
            fields: { location: 'a.ts:1' },
            criteria: [{ text: 'It works', checked: false }],
          }
        : { id: 'T-1', title: 'Title', text: '', fields: {}, criteria: [] },
    run: { role, attempt: purpose === 'mend' ? 2 : 1, minutes: 15, report: '/report.md', purpose },
    git: {
      worktree: '/worktree',
      branch: 'T-1',
      base: 'main',
      changed: purpose === 'mend' ? ['a.ts'] : [],
      commits: purpose === 'mend' ? ['1234567 Title'] : [],
    },
    findings: purpose === 'mend' ? 'Findings' : '',
    handover: purpose === 'mend' ? HANDED_OVER : NOTHING_HANDED_OVER,
    rules: purpose === 'mend' ? 'Rules' : '',
  })),
);
