import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

const entry = {
  index: 'src/index.ts',
  express: 'src/inbound/express.ts',
  fastify: 'src/inbound/fastify.ts',
  grpc: 'src/outbound/grpc.ts',
  hono: 'src/inbound/hono.ts',
  http: 'src/inbound/http.ts',
  koa: 'src/inbound/koa.ts',
  otel: 'src/otel/index.ts',
  pino: 'src/logs/pino.ts',
  testing: 'src/testing/index.ts',
  winston: 'src/logs/winston.ts',
};

/** What every request goes through is one file: a function or a constant of another one is read by a getter, each time. */
const REQUEST_PATH = { name: 'core', test: /src\/(?!testing|self-check|logs)/, minShareCount: 2 };

/**
 * The code once, in CJS, and for ESM a module for each entry that hands out the same: a service that mixes both
 * has one copy in memory, and half is installed (https://nodejs.org/docs/latest-v22.x/api/packages.html#dual-commonjses-module-packages).
 */
const config: UserConfig = defineConfig({
  entry,
  format: ['cjs'],
  dts: true,
  platform: 'node',
  target: 'node22.12',
  fixedExtension: true,
  // A default export beside named ones: in CJS both are properties, and Fastify takes `default` by itself.
  outputOptions: (options, _format, { cjsDts }) => ({
    ...options,
    exports: 'named',
    comments: false,
    ...(!cjsDts && { codeSplitting: { groups: [REQUEST_PATH] } }),
  }),
  inputOptions: { optimization: { inlineConst: { mode: 'all', pass: 2 } } },
  // Comments are in the types and in the repository, and blanks are a sixth of the code; the names of functions stay, for stacks.
  minify: { compress: false, mangle: { toplevel: false }, codegen: true },
  hooks: {
    'build:done': async ({ options }) => {
      await Promise.all(Object.keys(entry).map((name) => writeModule(options.outDir, name)));
    },
  },
  checks: { legacyCjs: false },
  sourcemap: false,
  logLevel: 'warn',
});

/** Names are spelt out: of a CJS module, ESM's own `default` would be the whole of its exports. */
async function writeModule(folder: string, name: string): Promise<void> {
  const exported: Record<string, unknown> = createRequire(import.meta.url)(join(folder, `${name}.cjs`));
  const names = Object.keys(exported).filter((key) => key !== 'default');
  const main = names.find((key) => exported[key] === exported.default);
  const asDefault = main === undefined ? [] : [`${main} as default`];
  const from = `from './${name}.cjs';\n`;
  await writeFile(join(folder, `${name}.mjs`), `export { ${[...names, ...asDefault].join(', ')} } ${from}`);
  const types = main === undefined ? '' : `export { ${main} as default } ${from}`;
  await writeFile(join(folder, `${name}.d.mts`), `export * ${from}${types}`);
}

export default config;
