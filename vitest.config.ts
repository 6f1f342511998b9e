import { defineConfig, type Plugin } from 'vitest/config';

/** Tests that start programs, git at least. */
const PROGRAMS = ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'];

/** The folders that touch no system: text and facts in, decisions and text out. */
const PURE_FOLDERS = [
  'src/{contract,board,workflow,pipeline,agents,preflight,report,metrics}/**/*.ts',
  'src/{first-of,hidden-characters,plain-text,shell-word,telling-line}.ts',
];

const timeouts = { testTimeout: 180_000, hookTimeout: 180_000 };

/** The compiler proves that the default of an exhaustive switch is never reached: it is no line to be covered. */
const ignoreUnreachable: Plugin = {
  name: 'ignore-unreachable',
  // After the compiler, which drops comments. No line moves.
  enforce: 'post',
  transform: (code, id) =>
    id.includes('/src/') ? code.replaceAll('return unreachable(', '/* v8 ignore next */ return unreachable(') : null,
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Stands here only: a project that extends this configuration would run it once more.
    globalSetup: 'test/rig/temp-folder.ts',
    // Off unless `npm run coverage` asks for it. Every line of the pure folders runs in a unit test.
    coverage: {
      include: PURE_FOLDERS,
      exclude: ['src/preflight/gather/**'],
      // Per file: a failure names each file below the threshold.
      thresholds: { lines: 100, perFile: true },
      // coverage/index.html shows the lines.
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
    projects: [
      {
        plugins: [ignoreUnreachable],
        test: {
          ...timeouts,
          name: 'modules',
          include: ['test/**/*.test.ts'],
          exclude: [...PROGRAMS, 'test/web/**', 'node_modules/**'],
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
