import { blankReading, type Ecosystem, type Project, type Reading } from './project.ts';

/** A recipe or target `test` is what the team itself calls its tests. */
function readTargets(project: Project, program: string, names: readonly string[]): Reading | null {
  const file = names.find((name) => project.has(name));
  if (file === undefined) return null;
  const text = project.text(file);
  const target = ['test', 'tests', 'check'].find((name) => isTarget(text, name));
  if (target === undefined) return null;
  const test = { command: `${program} ${target}`, from: file, programs: [program] };
  return { ...blankReading(file), test, tools: [program] };
}

/** `test:`, `test: build`, and of just `@test *args:`; `test := x` is a variable. */
const isTarget = (text: string, name: string): boolean =>
  new RegExp(`^@?${name}(?:\\s[^:=\\n#]*)?:(?!=|:=)`, 'm').test(text);

export const just: Ecosystem = {
  name: 'just',
  holdsParts: true,
  read: (project) => readTargets(project, 'just', ['justfile', 'Justfile', '.justfile']),
};

export const make: Ecosystem = {
  name: 'make',
  holdsParts: true,
  read: (project) => readTargets(project, 'make', ['GNUmakefile', 'makefile', 'Makefile']),
};
