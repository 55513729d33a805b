import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A test that takes git's or tmux's settings from the machine would pass on one and fail on another.
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    globalSetup: 'test/support/template-repository.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // What starts processes by the hundred is beside its like, and runs with the slower ones.
          exclude: ['test/e2e/**', 'test/places/**', 'test/real/**', 'test/**/*.slow.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          // Most of them wait, for git, tmux and time limits: with one fewer than cores, as it is by itself, cores stand idle.
          maxWorkers: availableParallelism() + 2,
          // A process a worker, not one a file: loading the code again for each took a third of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/**/*.slow.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 30_000,
          // Each of these runs git, tmux and agents of its own: more at once only makes each slower.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'places',
          include: ['test/places/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // Many of these wait for engines to notice that something has died.
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          globalSetup: 'test/real/which.ts',
          // Usage limits are waited for.
          testTimeout: 300_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
