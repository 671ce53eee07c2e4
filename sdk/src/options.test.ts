import { readFileSync } from 'node:fs';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { run } from './context.ts';
import { ERROR_CODES, type ErrorCode, MeshspanError } from './errors.ts';
import { meshspan as middleware } from './inbound/express.ts';
import { meshspan as plugin } from './inbound/fastify.ts';
import type { MeshspanOptions } from './options.ts';

const WRONG: readonly (readonly [string, unknown, ErrorCode, string])[] = [
  ['options that are no object', 'w3c', 'MESHSPAN_ERR_OPTIONS', 'options'],
  ['a list for options', [], 'MESHSPAN_ERR_OPTIONS', 'options'],
  ['an option that is not known', { propagator: [] }, 'MESHSPAN_ERR_OPTIONS', 'options.propagator'],
  ['no format', { propagation: [] }, 'MESHSPAN_ERR_PROPAGATION', 'options.propagation'],
  ['a format as text', { propagation: 'b3' }, 'MESHSPAN_ERR_PROPAGATION', 'options.propagation'],
  [
    'an unknown format',
    { propagation: ['w3c', 'jaeger'] },
    'MESHSPAN_ERR_PROPAGATION',
    'options.propagation[1]',
  ],
  ['a format twice', { propagation: ['b3', 'b3'] }, 'MESHSPAN_ERR_PROPAGATION', 'options.propagation[1]'],
  ['an unknown mode', { mode: 'relay' }, 'MESHSPAN_ERR_MODE', 'options.mode'],
  ['identity as text', { identity: 'x-user-id' }, 'MESHSPAN_ERR_IDENTITY', 'options.identity'],
  [
    'identity that is no header name',
    { identity: ['x user'] },
    'MESHSPAN_ERR_IDENTITY',
    'options.identity[0]',
  ],
  [
    'a credential as identity',
    { identity: ['Authorization'] },
    'MESHSPAN_ERR_IDENTITY',
    'options.identity[0]',
  ],
  ['a trace header as identity', { identity: ['B3'] }, 'MESHSPAN_ERR_IDENTITY', 'options.identity[0]'],
  ['a prototype as identity', { identity: ['__proto__'] }, 'MESHSPAN_ERR_IDENTITY', 'options.identity[0]'],
  ['a URL as host', { propagateTo: ['https://a.io'] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[0]'],
  ['a host with a port', { propagateTo: ['a.io:80'] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[0]'],
  ['a host with a path', { propagateTo: ['a.io/x'] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[0]'],
  ['every host', { propagateTo: ['*'] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[0]'],
  [
    'every host of a registry',
    { propagateTo: ['*.com'] },
    'MESHSPAN_ERR_PROPAGATE_TO',
    'options.propagateTo[0]',
  ],
  ['a star within', { propagateTo: ['a.*.io'] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[0]'],
  ['an empty host', { propagateTo: ['a.io', ''] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[1]'],
  ['a host that is no text', { propagateTo: [/a/] }, 'MESHSPAN_ERR_PROPAGATE_TO', 'options.propagateTo[0]'],
  ['an unknown reach', { traceTo: 'nobody' }, 'MESHSPAN_ERR_TRACE_TO', 'options.traceTo'],
  ['an unknown preset', { preset: 'linkerd' }, 'MESHSPAN_ERR_PRESET', 'options.preset'],
  ['an unknown trust', { inbound: 'trust' }, 'MESHSPAN_ERR_INBOUND', 'options.inbound'],
];

describe('a bad option stops the set-up', () => {
  it.each(WRONG)('%s, in Express', (_name, options, code, where) => {
    let thrown: unknown;
    try {
      express().use(middleware(options as MeshspanOptions));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MeshspanError);
    expect(thrown).toMatchObject({ name: 'MeshspanError', code });
    expect((thrown as Error).message.startsWith(`${where}: expected `)).toBe(true);
  });

  // Fastify itself turns options that are no object into {}.
  it.each(WRONG.slice(2))('%s, in Fastify', async (_name, options, code) => {
    const app = fastify();
    app.register(plugin, options as MeshspanOptions);
    await expect(app.ready()).rejects.toMatchObject({ name: 'MeshspanError', code });
    await app.close();
  });
});

it.each<MeshspanOptions>([
  {},
  { propagation: ['b3multi', 'w3c', 'b3'], mode: 'child', inbound: () => 'accept' },
  {
    identity: [],
    propagateTo: ['api.example.com', '*.example.com', '203.0.113.7', '2001:db8::1', 'Orders_v2'],
  },
  { preset: 'istio', traceTo: 'mesh' },
  { identity: ['X-User-Id', 'x-user-id', 'x.org!'], mode: 'forward', inbound: 'restart' },
])('accepts %j', (options) => {
  expect(middleware(options)).toBeTypeOf('function');
});

it.each<[string, MeshspanOptions, string]>([
  ['a URL', { propagateTo: ['https://api.example.com/v1'] }, "Write 'api.example.com': no scheme"],
  ['a port', { propagateTo: ['api.example.com:8443'] }, "Write 'api.example.com': no scheme"],
  ['a bare star', { propagateTo: ['*'] }, "'*.example.com'"],
  ['what is no host', { propagateTo: ['a b'] }, "Write a host name: 'api.example.com'."],
  ['a trace header', { identity: ['traceparent'] }, 'It is a trace header'],
  ["another tracer's", { identity: ['sw8'] }, 'It is a trace header'],
  ['the request id', { identity: ['X-Request-Id'] }, 'It goes on without being named'],
  ['a credential', { identity: ['Authorization'] }, 'let a gateway turn it into a header such as x-user-id'],
  ["a message's own header", { identity: ['host'] }, 'It belongs to one message'],
  ['a name with a blank', { identity: ['x user'] }, "such as 'x-user-id'"],
])('says how to mend %s', (_fault, options, mend) => {
  expect(() => middleware(options)).toThrow(mend);
});

it('refuses to run in what is no context', () => {
  for (const wrong of [undefined, null, {}, 'context']) {
    expect(() => run(wrong as never, () => 1)).toThrow(
      expect.objectContaining({ code: 'MESHSPAN_ERR_CONTEXT' }),
    );
  }
});

it('shortens what came, and survives what cannot be shown', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  for (const came of ['x'.repeat(10_000), circular, 1n, Symbol('s'), () => 1, undefined]) {
    expect(new MeshspanError('MESHSPAN_ERR_MODE', 'options.mode', came, 'Mend.').message.length).toBeLessThan(
      250,
    );
  }
});

it('documents every code, and no other', () => {
  const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^## (MESHSPAN_ERR_\w+)$/gm)].map((match) => match[1]);
  expect(documented.sort()).toEqual([...ERROR_CODES].sort());
});
