import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure, exchange, type Filter, startFilter } from '../filter.ts';
import type { Headers } from '../proxy/header-map.ts';
import { expectedSpanName } from './span-name-model.ts';

const start = (spanName: string[]): Filter => startFilter({ attributes: [], spanName });
const named = (
  filter: Filter,
  method: string | undefined,
  path: string | undefined,
): Record<string, string> => {
  const headers: Headers = [
    ...(method === undefined ? [] : [[':method', method] as const]),
    ...(path === undefined ? [] : [[':path', path] as const]),
  ];
  return exchange(filter, { headers }).attributes;
};

const SHOP = [
  'GET /users/{id}',
  'GET /users/me',
  '/users/{id}',
  'POST /orders',
  '/files/**',
  '/files/{name}',
  '/',
  '/a/*/c',
  '/a/b/**',
];

describe('the most specific template', () => {
  const filter = start(SHOP);
  test.each<[method: string | undefined, path: string | undefined, span: string, route: string | undefined]>([
    ['GET', '/users/7', 'GET /users/{id}', '/users/{id}'],
    ['GET', '/users/7?x=/y', 'GET /users/{id}', '/users/{id}'],
    ['GET', '/users/7#/y', 'GET /users/{id}', '/users/{id}'],
    ['GET', '/users/me', 'GET /users/me', '/users/me'],
    // A path counts before a method: /users/me has no template for it, so the next one is taken.
    ['DELETE', '/users/me', 'DELETE /users/{id}', '/users/{id}'],
    ['BREW', '/users/7', 'HTTP /users/{id}', '/users/{id}'],
    [undefined, '/users/7', 'HTTP /users/{id}', '/users/{id}'],
    ['get', '/users/7', 'HTTP /users/{id}', '/users/{id}'],
    ['GET', '/users/', 'GET', undefined],
    ['GET', '/users', 'GET', undefined],
    ['GET', '/users/7/', 'GET', undefined],
    ['GET', '/Users/7', 'GET', undefined],
    ['POST', '/orders', 'POST /orders', '/orders'],
    ['PUT', '/orders', 'PUT', undefined],
    ['GET', '/files', 'GET /files/**', '/files/**'],
    ['GET', '/files/', 'GET /files/**', '/files/**'],
    ['GET', '/files/a', 'GET /files/{name}', '/files/{name}'],
    ['GET', '/files/a/b', 'GET /files/**', '/files/**'],
    ['GET', '/', 'GET /', '/'],
    ['GET', '', 'GET', undefined],
    ['GET', undefined, 'GET', undefined],
    ['OPTIONS', '*', 'OPTIONS', undefined],
    ['CONNECT', 'host:443', 'CONNECT', undefined],
    ['GET', '/a/b/c', 'GET /a/b/**', '/a/b/**'],
    ['GET', '/a/x/c', 'GET /a/*/c', '/a/*/c'],
    ['GET', '/a//c', 'GET', undefined],
    ['GET', '//', 'GET', undefined],
    ['', '/', 'HTTP /', '/'],
  ])('%s %s: %s', (method, path, span, route) => {
    expect(named(filter, method, path)).toEqual({
      span_name: span,
      ...(route !== undefined && { 'http.route': route }),
    });
  });
});

test('any templates, any path: what the model says', () => {
  const part = fc.constantFrom('a', 'b', 'c', '{x}', '*', '');
  const template = fc
    .tuple(
      fc.constantFrom('', '', 'GET ', 'POST '),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '/**'),
    )
    .map(([method, parts, rest]) => `${method}/${parts.join('/')}${rest}`);
  const templates = fc.uniqueArray(template, {
    selector: (text) => text.replace(/\{x\}/g, '*'),
    minLength: 1,
    maxLength: 12,
  });
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 5 })
    .map((parts) => `/${parts.join('/')}`);
  const request = fc.tuple(fc.constantFrom('GET', 'POST', 'PUT', 'BREW'), path);
  const filter = start(['/']);
  const property = fc.property(
    templates,
    fc.array(request, { minLength: 1, maxLength: 10 }),
    (spanName, requests) => {
      configure(filter.vm, filter.root, { attributes: [], spanName });
      expect(filter.proxy.log).toEqual([]);
      for (const [method, given] of requests) {
        expect(named(filter, method, given), `${method} ${given} of ${spanName}`).toEqual(
          expectedSpanName(spanName, method, given),
        );
      }
    },
  );
  fc.assert(property, { numRuns: 3000 });
});

test('500 and 1,000 templates: each is found, by the same host calls as one', () => {
  for (const count of [500, 1000]) {
    const spanName = Array.from(
      { length: count },
      (_, i) => `GET /service-${i % 37}/v${i % 3}/thing-${i}/{id}`,
    );
    const filter = start(spanName);
    for (const [i, template] of spanName.entries()) {
      expect(named(filter, 'GET', template.slice(4).replace('{id}', String(i)))).toMatchObject({
        span_name: template,
      });
    }
    filter.vm.record.start();
    named(filter, 'GET', '/service-0/v0/thing-0/1');
    expect(filter.vm.record.calls).toHaveLength(3);
  }
});

test('a path of 60 KB, and one of 30,000 parts', () => {
  const filter = start([
    '/**',
    '/{a}/**',
    '/{a}/{b}/{c}',
    ...Array.from({ length: 31 }, (_, i) => `${'/*'.repeat(i + 1)}/end`),
  ]);
  expect(named(filter, 'GET', `/${'x'.repeat(60_000)}`)).toEqual({
    span_name: 'GET /{a}/**',
    'http.route': '/{a}/**',
  });
  expect(named(filter, 'GET', '/x'.repeat(30_000))).toEqual({
    span_name: 'GET /{a}/**',
    'http.route': '/{a}/**',
  });
});

test('templates that a request can be on at once, up to the bound', () => {
  // Each part is either the same text or any: 2^5 templates fit the path, and the most specific wins.
  const all = Array.from(
    { length: 32 },
    (_, i) => `/${Array.from({ length: 5 }, (_, bit) => ((i >> bit) & 1 ? 'a' : '{x}')).join('/')}`,
  );
  for (const spanName of [all, [...all].reverse()]) {
    expect(named(start(spanName), 'GET', '/a/a/a/a/a')).toMatchObject({ span_name: 'GET /a/a/a/a/a' });
    expect(named(start(spanName), 'GET', '/a/b/a/b/a')).toMatchObject({ span_name: 'GET /a/{x}/a/{x}/a' });
  }
});

test('wrong templates are left out, the others work', () => {
  const filter = start(['/a', 'b', '/{x}/{y}', '/{x}/*']);
  expect(filter.proxy.log).toHaveLength(2);
  expect(named(filter, 'GET', '/1/2')).toMatchObject({ span_name: 'GET /{x}/{y}' });
});
