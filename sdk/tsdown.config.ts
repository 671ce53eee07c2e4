import { defineConfig, type UserConfig } from 'tsdown';

/** Each entry in ESM and in CJS, each with types of its own. */
const config: UserConfig = defineConfig({
  entry: {
    index: 'src/index.ts',
    express: 'src/inbound/express.ts',
    fastify: 'src/inbound/fastify.ts',
    grpc: 'src/outbound/grpc.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'node',
  target: 'node22.12',
  fixedExtension: true,
  // A default export beside named ones: in CJS both are properties, and Fastify takes `default` by itself.
  // The comments are in the types and in the repository; in the code they would be a third of what is installed.
  outputOptions: { exports: 'named', comments: { jsdoc: false } },
  checks: { legacyCjs: false },
  sourcemap: false,
  logLevel: 'warn',
});

export default config;
