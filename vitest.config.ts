import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Istio's control plane and agents: one mesh at a time, or two where a file says that its tests are concurrent. */
const ISTIO = {
  include: ['test/istio/*.test.ts', 'test/istio/drills/*.test.ts'],
  testTimeout: 120_000,
  hookTimeout: 600_000,
  fileParallelism: false,
  maxConcurrency: 2,
};

/** Unit tests stand beside the code; what needs the built filter or a real Envoy stands under test/. */
const config: ViteUserConfig = defineConfig({
  test: {
    // One worker a core: by default one core is left free, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      // Nothing is timed; the limit is for a machine that is busy with other things.
      { test: { name: 'sdk', include: ['sdk/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        // The same tests on the other pair that is supported, (api 1.9, SDK 2.12): the packages of the workspace test/.
        test: {
          name: 'sdk-opentelemetry-2',
          include: ['sdk/src/otel/*.test.ts', 'sdk/src/inbound/modes.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
        resolve: {
          alias: [
            {
              find: '@opentelemetry/api',
              replacement: join(import.meta.dirname, 'test/node_modules/@opentelemetry/api'),
            },
            {
              find: /^.*\/test\/opentelemetry\.ts$/,
              replacement: join(import.meta.dirname, 'test/sdk/opentelemetry-2.ts'),
            },
          ],
        },
      },
      { test: { name: 'cli', include: ['cli/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      // Tests that repeat themselves many times; a machine that is busy is no failure.
      { test: { name: 'host', include: ['test/host/**/*.test.ts'], testTimeout: 1_200_000 } },
      {
        test: {
          name: 'generate',
          include: ['test/generate/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      { test: { ...ISTIO, name: 'istio' } },
      // On an older release, whose programs are brought on request: `npm run test:istio -- --release 1.29`.
      { test: { ...ISTIO, name: 'istio-1.29', env: { MESHSPAN_ISTIO_RELEASE: '1.29' } } },
      // What the programs say of good and bad files; `npm run tools` has brought them.
      {
        test: {
          name: 'tools',
          include: ['test/tools/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // A whole Istio with its API server: `npm run test:istio -- --full`.
      {
        test: {
          name: 'istio-full',
          include: ['test/istio/full/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          // One Envoy topology at a time: two cores are all there is.
          fileParallelism: false,
        },
      },
    ],
  },
});

export default config;
