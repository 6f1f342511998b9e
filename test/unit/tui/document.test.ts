import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEY_GROUPS } from '../../../src/tui/keys.ts';

describe('docs/tui.md', () => {
  it('has every key, in the words of the help', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/tui.md'), 'utf8');
    for (const { shown, what } of KEY_GROUPS.flatMap(({ rows }) => rows))
      expect(text).toContain(`| ${shown} | ${what} |`);
  });
});
