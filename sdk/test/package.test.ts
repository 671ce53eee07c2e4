import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { build } from 'tsdown';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const sdk = fileURLToPath(new URL('..', import.meta.url));
const modules = join(sdk, '..', 'node_modules');
/** A folder with the package as it would be published, built by itself so that a stale dist/ cannot pass. */
const folder = mkdtempSync(join(tmpdir(), 'meshspan-package-'));
const installed = join(folder, 'node_modules', 'meshspan');

/** What a service may have installed beside it. */
const PEERS = ['@opentelemetry', 'express', 'fastify', 'hono', 'koa', 'pino', 'winston'];

beforeAll(async () => {
  for (const name of ['package.json', 'README.md', 'docs']) {
    cpSync(join(sdk, name), join(installed, name), { recursive: true });
  }
  for (const name of [...PEERS, '@types'])
    symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  await build({ cwd: sdk, config: true, outDir: join(installed, 'dist'), logLevel: 'error' });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program of that kind beside the installed package; what it prints is JSON. */
async function program(extension: 'mjs' | 'cjs', source: string): Promise<unknown> {
  const file = join(folder, `program.${extension}`);
  writeFileSync(file, source);
  const { stdout } = await run(process.execPath, [file]);
  return JSON.parse(stdout);
}

/** One request through each framework; the handler reads its context by the other module system's copy. */
const ACT = `
async function act(express, fastify, expressMiddleware, fastifyPlugin, current) {
  const seen = [];
  const request = (port) => fetch('http://127.0.0.1:' + port, { headers: { 'x-user-id': 'ada' } });
  const app = express();
  app.use(expressMiddleware());
  app.get('/', (_request, response) => {
    seen.push(current().identity['x-user-id']);
    response.end();
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await request(server.address().port);
  server.close();
  server.closeAllConnections();
  const instance = fastify();
  instance.register(fastifyPlugin);
  instance.get('/', async (request) => {
    seen.push(current().identity['x-user-id'], request.meshspan === current());
    return '';
  });
  await instance.listen({ host: '127.0.0.1', port: 0 });
  await request(instance.server.address().port);
  await instance.close();
  console.log(JSON.stringify(seen));
}`;

it('works by require(), default exports and named ones, beside its ESM copy', async () => {
  const source = `${ACT}
    const { meshspan } = require('meshspan/express');
    if (require('meshspan/express').default !== meshspan) throw new Error('no default export');
    if (require('meshspan/fastify').default !== require('meshspan/fastify').meshspan) throw new Error('no default');
    import('meshspan').then(({ current }) =>
      act(require('express'), require('fastify'), meshspan, require('meshspan/fastify'), current));`;
  expect(await program('cjs', source)).toEqual(['ada', 'ada', true]);
});

it('works by import, default exports and named ones, beside its CJS copy', async () => {
  const source = `${ACT}
    import { createRequire } from 'node:module';
    import express from 'express';
    import fastify from 'fastify';
    import middleware, { meshspan } from 'meshspan/express';
    import plugin, { meshspan as named } from 'meshspan/fastify';
    if (middleware !== meshspan || plugin !== named) throw new Error('default and named exports differ');
    await act(express, fastify, middleware, plugin, createRequire(import.meta.url)('meshspan').current);`;
  expect(await program('mjs', source)).toEqual(['ada', 'ada', true]);
});

it('knows its errors across both copies', async () => {
  const source = `
    import { createRequire } from 'node:module';
    import { MeshspanError } from 'meshspan';
    let thrown;
    try {
      createRequire(import.meta.url)('meshspan/express').meshspan({ mode: 'relay' });
    } catch (error) {
      thrown = error;
    }
    console.log(JSON.stringify([thrown instanceof MeshspanError, new Error('x') instanceof MeshspanError]));`;
  expect(await program('mjs', source)).toEqual([true, false]);
});

it('has every entry by import and by require(), of which both are the same', async () => {
  const source = `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const { exports } = JSON.parse(readFileSync(require.resolve('meshspan/package.json')));
    const seen = {};
    for (const entry of Object.keys(exports).filter((name) => name !== './package.json')) {
      const name = 'meshspan' + entry.slice(1);
      const [module, required] = [await import(name), require(name)];
      seen[entry] = Object.keys(module).filter((key) => key !== 'default' && module[key] === required[key]);
      if (module.default !== required.default) throw new Error(name + ': another default');
      if (Object.keys(module).length !== Object.keys(required).length) throw new Error(name + ': other names');
    }
    console.log(JSON.stringify(seen));`;
  expect(await program('mjs', source)).toMatchObject({
    ...{
      './express': ['meshspan'],
      './fastify': ['meshspan'],
      './hono': ['meshspan'],
      './http': ['meshspan'],
    },
    ...{ './koa': ['meshspan'], './pino': ['mixin'], './winston': ['defaultMeta', 'format'] },
    './otel': expect.arrayContaining(['B3Propagator', 'BaggagePropagator', 'W3CPropagator']),
    './testing': expect.arrayContaining(['VECTORS', 'assertPropagates', 'startDownstream']),
    '.': expect.arrayContaining(['current', 'extract', 'run', 'selfCheck']),
  });
});

it('installs in 150 KiB at the most', async () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await run('npm', args, { cwd: installed });
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { unpackedSize: number }>);
  // LICENSE is not in that folder.
  const license = statSync(join(sdk, '..', 'LICENSE')).size;
  expect((packed as { unpackedSize: number }).unpackedSize + license).toBeLessThanOrEqual(150 * 1024);
});

it('has nothing for publint to say', async () => {
  expect((await publint({ pkgDir: installed, strict: true })).messages).toEqual([]);
});

it('has types that resolve for ESM, CJS and bundlers', async () => {
  const attw = join(modules, '@arethetypeswrong', 'cli', 'dist', 'index.js');
  // node16 leaves out the resolution of Node before 12.7, which knows no exports. A problem is an exit code.
  await run(process.execPath, [attw, '--pack', installed, '--profile', 'node16']);
}, 60_000);

it('has types that fit what they are given to, and refuse a wrong option', async () => {
  const source = `
    import { createServer } from 'node:http';
    import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
    import { propagation } from '@opentelemetry/api';
    import { BatchSpanProcessor, InMemorySpanExporter, ParentBasedSampler, AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
    import { Hono } from 'hono';
    import Koa from 'koa';
    import { pino } from 'pino';
    import winston from 'winston';
    import { meshspan as hono } from 'meshspan/hono';
    import { meshspan as wrap } from 'meshspan/http';
    import { meshspan as koa } from 'meshspan/koa';
    import { B3Propagator, B3Sampler, BaggagePropagator, IdentitySpanProcessor, TracePropagator } from 'meshspan/otel';
    import { mixin } from 'meshspan/pino';
    import { assertPropagates, startDownstream } from 'meshspan/testing';
    import { defaultMeta, format } from 'meshspan/winston';
    createServer(wrap((request, response) => response.end(request.url), { serverTiming: true }));
    createHttp2Server(wrap((request: Http2ServerRequest, response: Http2ServerResponse) => response.end(request.url)));
    new Koa().use(koa());
    new Hono().use(hono({ mode: 'forward' }));
    pino({ mixin }).info('text');
    winston.createLogger({ defaultMeta: defaultMeta({ service: 'a' }), format: format() });
    winston.format.combine(format(), winston.format.json());
    propagation.setGlobalPropagator(new TracePropagator({ propagation: ['b3', 'w3c'] }));
    propagation.setGlobalPropagator(new BaggagePropagator());
    new B3Propagator({ propagation: ['b3multi'] });
    // @ts-expect-error
    new B3Propagator({ propagation: ['w3c'] });
    new TracerProvider({
      sampler: new B3Sampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
      spanProcessors: [new IdentitySpanProcessor(), new BatchSpanProcessor({ exporter: new InMemorySpanExporter() })],
    });
    startDownstream().then((downstream) => assertPropagates({ url: 'http://127.0.0.1:1', downstream, mode: 'child' }));
    import express from 'express';
    import fastify from 'fastify';
    import { type MeshContext, current } from 'meshspan';
    import { meshspan } from 'meshspan/express';
    import { meshspan as plugin } from 'meshspan/fastify';
    express().use(meshspan({ propagation: ['w3c', 'b3multi'], inbound: (request) => request.url ? 'accept' : 'ignore' }));
    const app = fastify();
    app.register(plugin, { mode: 'forward' });
    app.get('/', async (request) => request.meshspan.identity['x-user-id'] ?? request.meshspan.trace?.traceId);
    export const context: MeshContext | undefined = current();
    // @ts-expect-error
    meshspan({ mode: 'relay' });
    // @ts-expect-error
    app.register(plugin, { propagator: [] });
  `;
  for (const extension of ['mts', 'cts']) writeFileSync(join(folder, `consumer.${extension}`), source);
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2024'];
  const files = ['consumer.mts', 'consumer.cts'];
  // The libraries' own declarations are checked too, for ours are among them; @types/koa 3.0.3 does not fit the
  // content-disposition that it asks for.
  const options = ['--noEmit', ...strict, '--types', 'node', ...files];
  const { stdout, stderr } = await run(process.execPath, [tsc, ...options], { cwd: folder }).catch(
    (error) => error,
  );
  const errors = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !line.includes('/@types/koa/'));
  expect(errors).toEqual([]);
}, 60_000);
