import { defineConfig } from 'vitest/config';

/** Those that start Temporal servers, and those that need the lab, are slow; all others run in a blink. */
const withServers = ['test/workflows/**/*.test.ts', 'test/engine/**/*.test.ts', 'test/client/e2e/**/*.test.ts'];
const simulated = ['test/simulation/**/*.test.ts'];
/** Packs and installs kha as a person would: minutes, and the npm registry. */
const packed = ['test/pack/**/*.test.ts'];
/** Builds another release and installs it: half an hour. */
const otherReleases = ['test/releases/**/*.test.ts'];
/** Builds a kernel and installs on hosts that run it: an hour the first time. */
const withKernels = ['test/vm/**/*.test.ts'];
/** Sites with settings that few have, each installed whole: minutes each. */
const otherSites = ['test/sites/**/*.test.ts'];
const benches = ['test/bench/**/*.test.ts'];
const withLab = ['test/lab/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...withServers,
            ...simulated,
            ...packed,
            ...otherReleases,
            ...withKernels,
            ...otherSites,
            ...benches,
            ...withLab,
          ],
          // Beside the workflows’ tests, and with real sshd and dnf in some.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'workflows',
          include: withServers,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      // Both halves at once: unless told, vitest leaves one processor free.
      { test: { name: 'simulation', include: simulated, hookTimeout: 120_000, maxWorkers: 2 } },
      // Not a test: makes the recording that the simulation replays.
      { test: { name: 'record', include: ['test/simulation/record.ts'], testTimeout: 900_000 } },
      { test: { name: 'pack', include: packed, testTimeout: 120_000, hookTimeout: 900_000 } },
      { test: { name: 'releases', include: otherReleases, testTimeout: 3_600_000, hookTimeout: 3_600_000 } },
      { test: { name: 'vm', include: withKernels, testTimeout: 3_600_000, hookTimeout: 3_600_000 } },
      {
        test: {
          name: 'sites',
          include: otherSites,
          testTimeout: 900_000,
          hookTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
      // Whether the benches work, not how fast anything is: `npm run bench` measures.
      { test: { name: 'bench', include: benches, testTimeout: 300_000 } },
      { test: { name: 'lab', include: withLab, testTimeout: 900_000, hookTimeout: 3_600_000, fileParallelism: false } },
    ],
  },
});
