import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVOY_RELEASES } from '@meshspan/cli/config/versions.ts';
import { describe, expect, it } from 'vitest';
import { bootstraps, type Generated, generate, type Json } from './generated.ts';
import { verdict } from './validated.ts';

const FOLDER = join(import.meta.dirname, 'fixtures');
const FIXTURES = readdirSync(FOLDER).map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), 'utf8'),
}));
const SHOP = readFileSync(join(import.meta.dirname, '../../../examples/shop/meshspan.yaml'), 'utf8');

/** A host's Envoy without tracing, into which the parts of a snippet go as its head says. */
const HOST: Json = {
  admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
  static_resources: {
    listeners: [
      {
        name: 'theirs',
        address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
        filter_chains: [
          {
            filters: [
              {
                name: 'envoy.filters.network.http_connection_manager',
                typed_config: {
                  '@type':
                    'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                  stat_prefix: 'theirs',
                  route_config: {
                    virtual_hosts: [
                      {
                        name: 'theirs',
                        domains: ['*'],
                        routes: [{ match: { prefix: '/theirs' }, direct_response: { status: 200 } }],
                      },
                    ],
                  },
                  http_filters: [
                    {
                      name: 'envoy.filters.http.router',
                      typed_config: {
                        '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                      },
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  },
};

/** Fields beside fields, entries of a list in front of those that are there. */
function merged(theirs: unknown, ours: unknown): unknown {
  if (Array.isArray(ours)) return [...ours, ...(Array.isArray(theirs) ? theirs : [])];
  if (typeof ours !== 'object' || ours === null) return ours;
  const fields: Record<string, unknown> = { ...(theirs as Json | undefined) };
  for (const [key, value] of Object.entries(ours)) fields[key] = merged(fields[key], value);
  return fields;
}

/** The host's Envoy with the snippet; the services of its routes come with `clusters`. */
function withSnippet(snippet: Json, clusters: readonly Json[]): object {
  const { bootstrap, http_connection_manager, virtual_host = {} } = snippet as Record<string, Json>;
  const host = structuredClone(HOST) as {
    static_resources: {
      listeners: [{ filter_chains: [{ filters: [{ typed_config: Json }] }] }];
      clusters?: readonly Json[];
    };
  };
  host.static_resources.clusters = clusters;
  const [filter] = host.static_resources.listeners[0].filter_chains[0].filters;
  const virtualHosts = (filter.typed_config.route_config as { virtual_hosts: Json[] }).virtual_hosts;
  virtualHosts[0] = merged(virtualHosts[0], virtual_host) as Json;
  filter.typed_config = merged(filter.typed_config, http_connection_manager) as Json;
  return merged(host, bootstrap) as object;
}

describe.each(ENVOY_RELEASES)('Envoy %s', (release) => {
  it.each([...FIXTURES, { name: 'examples/shop', text: SHOP }])('takes $name', async ({ text }) => {
    const files = generate(text, release);
    const whole = bootstraps(text, release);
    for (const { path, value } of whole) expect(`${path}: ${await verdict(value, release)}`).toMatch(/: OK$/);

    const snippet = files.find(({ path }) => path === 'envoy/snippet.yaml')?.value as Json;
    const [{ value }] = whole as readonly [Generated];
    const { clusters } = value.static_resources as { clusters: readonly Json[] };
    expect(await verdict(withSnippet(snippet, clusters.slice(1)), release)).toBe('OK');
  });

  it('has a say: it refuses what it does not know', async () => {
    const [file] = bootstraps('name: wrong', release);
    expect(await verdict({ ...file?.value, unheard: 1 }, release)).toContain('unheard');
  });
});
