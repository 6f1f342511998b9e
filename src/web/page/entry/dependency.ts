import type { SnapshotEntry } from '../../../contract/snapshot.ts';

/** The text of an entry, with one more dependency: behind those that its field `depends` has, else in a new field. */
export function withDependency(text: string, id: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^\s*[-*+]\s+(?:depends|dependencies)\s*:/i.test(line));
  const isInFields = at > 0 && lines.slice(1, at).every((line) => line.trim() === '' || FIELD.test(line));
  if (isInFields) {
    const line = lines[at]!;
    const end = line.endsWith('\r') ? '\r' : '';
    const listed = line.trimEnd();
    return lines.with(at, `${listed}${listed.endsWith(':') ? ' ' : ', '}${id}${end}`).join('\n');
  }
  const end = lines[0]?.endsWith('\r') === true ? '\r' : '';
  const first = lines.findIndex((line, index) => index > 0 && line.trim() !== '');
  const bullet = /^\s*([-*+])\s/.exec(lines[first] ?? '')?.[1];
  if (first > 0 && FIELD.test(lines[first]!))
    return lines.toSpliced(first, 0, `${bullet ?? '-'} depends: ${id}${end}`).join('\n');
  // A list of the body must not become a part of the fields: another bullet keeps them apart.
  const own = bullet === '-' ? '*' : '-';
  return [
    lines[0]!,
    end,
    `${own} depends: ${id}${end}`,
    ...(first === 2
      ? lines.slice(1)
      : [
          end,
          ...lines
            .slice(1)
            .join('\n')
            .replace(/^\s*\n/, '')
            .split('\n'),
        ]),
  ].join('\n');
}

const FIELD = /^\s*[-*+]\s+[\w. -]+:(?:\s|$)/;

/**
 * The way from one entry to another along what they depend on, both included: a link back would make it a cycle.
 * @returns null: there is none
 */
export function dependencyPath(
  entries: readonly Pick<SnapshotEntry, 'id' | 'depends'>[],
  from: string,
  to: string,
): readonly string[] | null {
  const depends = new Map(
    entries.flatMap(({ id, depends: of }) => (id === null ? [] : [[id, of.map((one) => one.id)]])),
  );
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const open = [from];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    if (id === to) {
      const path: string[] = [];
      for (let step: string | null = id; step !== null; step = cameFrom.get(step) ?? null) path.unshift(step);
      return path;
    }
    for (const next of depends.get(id) ?? [])
      if (!cameFrom.has(next)) {
        cameFrom.set(next, id);
        open.push(next);
      }
  }
  return null;
}
