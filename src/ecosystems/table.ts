import { cargo, dotnet, go, gradle, maven } from './compiled.ts';
import { node } from './node.ts';
import { php } from './php.ts';
import type { Ecosystem } from './project.ts';
import { pip, poetry, uv } from './python.ts';
import { ruby } from './ruby.ts';
import { just, make } from './task-runners.ts';

/**
 * The ecosystems in the order in which their tests are taken. What a team declares itself (a script, a recipe, a target)
 * goes before what is usual in a language; Python goes before both runners, for its tests need the environment that its
 * own tools make.
 */
export const ECOSYSTEMS: readonly Ecosystem[] = [
  ...[node, uv, poetry, pip, just, make],
  ...[cargo, go, gradle, maven, dotnet, ruby, php],
];

/** They start tests and install nothing. */
export const TASK_RUNNERS: ReadonlySet<string> = new Set([just.name, make.name]);
