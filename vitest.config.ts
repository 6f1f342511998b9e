import { defineConfig } from 'vitest/config';

/** Tests that start programs, most of them git. */
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
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...PROGRAMS, 'node_modules/**'],
          // These tests leave nothing behind, so files share a worker, which loads each module once and not once a file.
          isolate: false,
        },
      },
      { test: { ...timeouts, name: 'programs', include: PROGRAMS } },
    ],
  },
});
