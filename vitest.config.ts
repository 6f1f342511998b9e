import { defineConfig } from 'vitest/config';

/** Tests of processes, and of whole programs. Each file has a process of its own: some judge what their process has started. */
const PROCESSES = ['e2e', ...['acp', 'runner', 'runs', 'system'].map((name) => `integration/${name}`)].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

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
          exclude: [...PROCESSES, 'node_modules/**'],
          // Files share a worker, which loads vitest and each module once and not once a file. So a test leaves no state in
          // modules, and gives back what it changes in `process.env`.
          isolate: false,
        },
      },
      { test: { ...timeouts, name: 'processes', include: PROCESSES } },
    ],
  },
});
