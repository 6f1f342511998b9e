import type { Check } from '../../finding.ts';

export const pythonPackages: Check = {
  id: 'python-packages',
  title: 'setuptools finds the packages of your project only',
  why: 'Beside packages that are not named it takes each folder for one, and then refuses to build.',
  run({ takesFolders, settings: { board, prompts } }) {
    if (!takesFolders) return [];
    const message = `setuptools takes ${board}/ and ${prompts}/ for packages, too, and refuses to build: \`hooks.after_create\` will fail in each worktree.`;
    return [
      { level: 'info', message, fix: 'name your packages in pyproject.toml, e.g. [tool.setuptools] packages = ["…"]' },
    ];
  },
};
