import type { AgentFact } from './facts.ts';

/** `model: opus`, or `models: opus (task), haiku (reviewer, tester)`; '' where no setting names one. */
export function modelsText(models: AgentFact['models']): string {
  const names = [...new Set(models.flatMap(({ model }) => model ?? []))];
  const rolesOf = (name: string | null): string =>
    models.flatMap(({ role, model }) => (model === name ? [role] : [])).join(', ');
  const [only] = names;
  if (only === undefined) return '';
  if (names.length === 1 && rolesOf(null) === '') return `model: ${only}`;
  return `models: ${names.map((name) => `${name} (${rolesOf(name)})`).join(', ')}`;
}
