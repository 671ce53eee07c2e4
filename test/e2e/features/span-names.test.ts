import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const CONFIGURATION = {
  attributes: [{ key: 'user', from: [{ header: 'x-user' }] }],
  spanName: ['GET /users/{id}', '/users/me', '/users/{id}', 'POST /orders', '/files/**', '/files/{a}/edit'],
};
/** The SERVER span's name is what the filter says. */
const tracing = { operation: '%FILTER_STATE(wasm.meshspan.span_name:PLAIN)%' };

const REQUESTS = [
  { method: 'GET', path: '/users/42', name: 'GET /users/{id}', route: '/users/{id}' },
  { method: 'GET', path: '/users/42?x=/orders', name: 'GET /users/{id}', route: '/users/{id}' },
  { method: 'PUT', path: '/users/42', name: 'PUT /users/{id}', route: '/users/{id}' },
  { method: 'GET', path: '/users/me', name: 'GET /users/me', route: '/users/me' },
  { method: 'POST', path: '/orders', name: 'POST /orders', route: '/orders' },
  { method: 'GET', path: '/orders', name: 'GET', route: undefined },
  { method: 'GET', path: '/files/a/b/c', name: 'GET /files/**', route: '/files/**' },
  { method: 'GET', path: '/files/a/edit', name: 'GET /files/{a}/edit', route: '/files/{a}/edit' },
  { method: 'GET', path: '/direct', name: 'GET', route: undefined },
  { method: 'PURGE', path: '/users/1', name: 'HTTP /users/{id}', route: '/users/{id}' },
] as const;

describeWithEnvoy('names of spans', (launcher) => {
  describe.each(['otlp+http', 'zipkin'] as const)('%s tracer', (tracer) => {
    let proxy: FeatureProxy;
    beforeAll(async () => {
      const named = { configurations: [CONFIGURATION], tracing };
      const plain = { configurations: [{ attributes: CONFIGURATION.attributes }], tracing };
      proxy = await startProxy(await launcher(), { named, plain }, { tracer });
    });
    afterAll(() => proxy.stop());

    it.each(REQUESTS)('$method $path: $name', async ({ method, path, name, route }) => {
      const seen = await proxy.see('named', { method, path });
      expect(seen.name).toBe(name);
      expect(seen.attributes.span_name).toBe(name);
      expect(seen.attributes['http.route']).toBe(route);
    });

    it('without templates the span keeps the name that Envoy gives it', async () => {
      const { name, attributes } = await proxy.see('plain', { path: '/users/42' });
      expect(attributes).toEqual({});
      expect(name).not.toBe('');
      expect(name).not.toContain('users');
    });
  });
});
