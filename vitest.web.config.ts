import { defineConfig } from 'vitest/config';

/** The page in a real browser: `npm run test:web`. One file at a time, as the machine's user has one browser. */
export default defineConfig({
  test: {
    name: 'web',
    include: ['test/web/**/*.test.ts'],
    globalSetup: ['test/rig/temp-folder.ts', 'test/web/rig/need-chromium.ts'],
    fileParallelism: false,
    // They mostly wait.
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
