import type { FrontMatter, KeyPath } from './front-matter.ts';

/** Settings by the path of their former name, and what the last part of it is called now. */
const FORMER: readonly (readonly [path: KeyPath, name: string])[] = [[['roles', 'tester', 'mend'], 'fix']];

/** Front matter in which settings under their former names stand under today's; one that has both is left as it is. */
export function withCurrentNames(front: FrontMatter): FrontMatter {
  return FORMER.reduce(rename, front);
}

function rename(front: FrontMatter, [path, name]: readonly [KeyPath, string]): FrontMatter {
  const [group, former] = [path.slice(0, -1), String(path.at(-1))];
  const data = replaceIn(front.data, group, (values) => {
    if (!Object.hasOwn(values, former) || Object.hasOwn(values, name)) return values;
    const { [former]: value, ...others } = values;
    return { ...others, [name]: value };
  });
  if (data === front.data) return front;
  const current = [...group, name].join('.');
  return {
    ...front,
    data,
    place: (at, what) => front.place(at.join('.') === current ? path : at, what),
  };
}

type Values = Readonly<Record<string, unknown>>;

/** @returns the same object where nothing changed */
function replaceIn(values: Values, [head, ...rest]: KeyPath, change: (values: Values) => Values): Values {
  if (head === undefined) return change(values);
  const inner = values[head];
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return values;
  const changed = replaceIn(inner as Values, rest, change);
  return changed === inner ? values : { ...values, [head]: changed };
}
