import { ROLES } from '../workflow/roles.ts';
import { isMap, isScalar, parseDocument, type Document, type Pair } from 'yaml';
import type { FoundAgent } from './detect.ts';
import * as messages from './messages.ts';

/** What `init` found, for the settings of a new WORKFLOW.md. */
export interface Filling {
  readonly base: string;
  /** null, as the remote: the line is left out, for the default is `none`. */
  readonly upstream: string | null;
  readonly remote: string | null;
  readonly ids: readonly string[];
  readonly afterCreate: string;
  readonly testerRun: string;
  /** Plays all roles. */
  readonly agent: string;
  /** Known CLIs to be written under `agents:`. */
  readonly agents: readonly FoundAgent[];
  /** Programs that an agent's shell needs besides git, to install and test. */
  readonly tools: readonly string[];
}

/**
 * The package's WORKFLOW.md with values of its front matter replaced. Comments and all other bytes stay: a value is
 * replaced at its place, by YAML of one line.
 */
export function fillWorkflow(text: string, filling: Filling): string {
  const end = text.indexOf('\n---', 3) + 1;
  const source = text.slice(4, end);
  const doc = parseDocument(source);
  const edits = [
    edit(doc, ['base'], filling.base),
    edit(doc, ['ids'], filling.ids.length === 1 ? filling.ids[0] : filling.ids),
    edit(doc, ['hooks', 'after_create'], filling.afterCreate),
    edit(doc, ['roles', 'tester', 'run'], filling.testerRun),
    ...ROLES.map((role) => edit(doc, ['roles', role, 'agent'], filling.agent)),
    agentsEdit(doc, filling),
    ...integrationLines(doc, source, filling),
  ].sort((a, b) => b.start - a.start);
  const filled = edits.reduce(apply, source);
  return text.slice(0, 4) + filled + text.slice(end);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A comment behind the value stays in its column, where there is room. */
function apply(all: string, { start, end, text }: Edit): string {
  const rest = all.slice(end);
  const blanks = /^ +(?=#)/.exec(rest)?.[0].length ?? 0;
  const kept = blanks === 0 || text.includes('\n') ? 0 : Math.max(1, blanks - (text.length - (end - start)));
  return all.slice(0, start) + text + ' '.repeat(kept) + rest.slice(blanks);
}

function edit(doc: Document.Parsed, path: readonly string[], value: unknown): Edit {
  const { start, end } = valueAt(doc, path);
  return { start, end, text: flow(value) };
}

/** Two lines of their own below the one of `base`, their comments in its column. */
function integrationLines(doc: Document.Parsed, source: string, { upstream, remote }: Filling): Edit[] {
  const at = source.indexOf('\n', valueAt(doc, ['base']).end) + 1;
  const line = (key: string, value: string | null, comment: string): string =>
    value === null ? '' : `${`${key}: ${flow(value)}`.padEnd(27)} # ${comment}\n`;
  const text = line('upstream', upstream, messages.UPSTREAM_COMMENT) + line('remote', remote, messages.REMOTE_COMMENT);
  return text === '' ? [] : [{ start: at, end: at, text }];
}

function agentsEdit(doc: Document.Parsed, { agents, tools }: Filling): Edit {
  const { start, end } = valueAt(doc, ['agents']);
  if (agents.length === 0) return { start, end, text: '{}' };
  const lines = agents.map(({ name, key }) => {
    const parts = [tools.length === 0 ? '' : `tools: ${flow(tools)}`, key === null ? '' : `env: [${key}]`];
    const written = parts.filter((part) => part !== '').join(', ');
    return `  ${name}: ${written === '' ? '{}' : `{ ${written} }`}`;
  });
  // The blank before the value goes too.
  return { start: start - 1, end, text: `\n${lines.join('\n')}` };
}

function valueAt(doc: Document.Parsed, path: readonly string[]): { readonly start: number; readonly end: number } {
  let node: unknown = doc.contents;
  for (const step of path) {
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === step)
      : undefined;
    node = pair?.value;
  }
  const range = (node as { range?: [number, number, number] } | undefined)?.range;
  if (!range) throw new Error(messages.settingMissing(path));
  return { start: range[0], end: range[1] };
}

/** YAML of one line; JSON is YAML, and plain words need no quotes. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  const text = String(value);
  const plain = /^[A-Za-z][\w./-]*( [\w./-]+)*$/.test(text) && !/^(true|false|null|yes|no|on|off|none)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
