import type { Check } from '../../finding.ts';

export const changelogForm: Check = {
  id: 'changelog-form',
  title: 'the changelog is understood',
  why: 'A landing writes its line where the maintainer of the file would.',
  run({ settings: { changelog }, changelogForms }) {
    if (changelogForms.length === 0) return [];
    const forms = changelogForms.map(({ what, instead }) => `${what} (${instead})`).join('; ');
    return [{ level: 'info', message: `${changelog ?? 'CHANGELOG.md'}: ${forms}` }];
  },
};
