import { defineConfig } from 'vitest/config';

/** Tests that start programs, git at least. */
const PROGRAMS = ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'];

const timeouts = { testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Stands here only: a project that extends this configuration would run it once more.
    globalSetup: 'test/rig/temp-folder.ts',
    projects: [
      {
        test: {
          ...timeouts,
          name: 'modules',
          include: ['test/**/*.test.ts'],
          exclude: [...PROGRAMS, 'node_modules/**'],
          // Files share a worker, which loads vitest and each module once and not once a file. So a test leaves no state in
          // modules, and gives back what it changes in `process.env`.
          isolate: false,
        },
      },
      // Each file has a process of its own, which stays small: to start a program costs the more, the larger the process is
      // that starts it (10 ms at 300 MB, 1 ms at 40 MB). And some judge what their process has started.
      { test: { ...timeouts, name: 'programs', include: PROGRAMS } },
    ],
  },
});
