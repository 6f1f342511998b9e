import type { Finding } from './finding.ts';

/** What findings mean for a tick. */
export interface Held {
  /** Nothing starts or moves while there is one; as text. */
  readonly stops: readonly string[];
  /** Why landings wait as a whole; null = they don't. */
  readonly landings: string | null;
  /** Agents that can't run, with the reason. */
  readonly agents: ReadonlyMap<string, string>;
  /** Entries that wait, by id or key, with the reasons. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
}

export function heldBy(findings: readonly Finding[]): Held {
  const agents = new Map<string, string>();
  const entries = new Map<string, string[]>();
  let landings: string | null = null;
  for (const finding of findings) {
    const text = describeHold(finding);
    for (const name of finding.holds?.agents ?? []) if (!agents.has(name)) agents.set(name, text);
    for (const key of finding.holds?.entries ?? []) entries.set(key, [...(entries.get(key) ?? []), text]);
    if (finding.holds?.landings) landings ??= text;
  }
  return { stops: findings.filter(({ level }) => level === 'stops').map(describeHold), landings, agents, entries };
}

/** One line: where, what, how to fix it. */
export function describeHold({ where, message, fix }: Finding): string {
  const place = where ? `${where.file}:${where.line}:${where.column}: ` : '';
  return `${place}${message}${fix ? ` Fix: ${fix}` : ''}`;
}
