import { expect, it } from 'vitest';
import { modelsText } from '../../../src/preflight/models-text.ts';

it.each([
  [[], ''],
  [[{ role: 'task', model: null }], ''],
  [
    [
      { role: 'task', model: 'opus' },
      { role: 'tester', model: 'opus' },
    ],
    'model: opus',
  ],
  [
    [
      { role: 'task', model: 'opus' },
      { role: 'reviewer', model: 'haiku' },
      { role: 'tester', model: 'haiku' },
    ],
    'models: opus (task), haiku (reviewer, tester)',
  ],
  [
    [
      { role: 'task', model: null },
      { role: 'tester', model: 'opus' },
    ],
    'models: opus (tester)',
  ],
] as const)('%j: %s', (models, text) => {
  expect(modelsText(models)).toBe(text);
});
