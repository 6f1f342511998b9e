import { expect, it } from 'vitest';
import { settingsDoc } from '../../../src/workflow/document.ts';
import { allKeys } from '../../../src/workflow/walk.ts';

it('docs/settings.md is what the schema says (npm run docs writes it)', async () => {
  await expect(settingsDoc()).toMatchFileSnapshot('../../../docs/settings.md');
});

it('every setting has a type and a description, and stands in the document', () => {
  const doc = settingsDoc();
  for (const { path, expects, description, group } of allKeys()) {
    expect(expects, path).not.toBe('');
    expect(description, path).toMatch(/\.$/);
    if (!group) expect(doc).toContain(`| \`${path}\` |`);
  }
});
