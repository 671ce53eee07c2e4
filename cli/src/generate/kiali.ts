/** Target `kiali`: where Kiali finds traces, metrics and dashboards (https://kiali.io/docs/configuration/kialis.kiali.io/). */
import type { Mesh } from '../config/model.ts';
import { metricLabels } from '../plan/metric-labels.ts';
import { yamlFile } from './print.ts';
import type { Generation, Target } from './target.ts';

/** Ports of the queries; those of backends.traces take spans. Tempo: http_listen_port. Jaeger: its gRPC API. */
const QUERY_PORT = { tempo: 3200, jaeger: 16_685 } as const;

export const kialiTarget: Target = {
  name: 'kiali',
  summary: 'Kiali: traces of Tempo or Jaeger, Prometheus, Grafana, metrics by attribute',
  generate(generation) {
    const { mesh } = generation;
    const settings = { external_services: externalServices(mesh), ...featureFlags(mesh) };
    const resource = {
      apiVersion: 'kiali.io/v1alpha1',
      kind: 'Kiali',
      metadata: { name: 'kiali', namespace: mesh.metrics.kiali.namespace },
      spec: settings,
    };
    return [
      {
        path: 'kiali/kiali.yaml',
        text: yamlFile(
          'Settings of Kiali for its operator. They are added to the resource that is there: kubectl apply --server-side.',
          [{ value: resource, comments: comments(generation, 'spec.') }],
          generation,
        ),
      },
      {
        path: 'kiali/config.yaml',
        text: yamlFile(
          'The same for a Kiali without the operator: a part of config.yaml in its ConfigMap, to be merged into it.\nKiali reads it when it starts.',
          [{ value: settings, comments: comments(generation, '') }],
          generation,
        ),
      },
    ];
  },
};

type Backend = { readonly kind: keyof typeof QUERY_PORT; readonly host: string };

/** The first backend that Kiali can ask: it knows Tempo and Jaeger only. */
function backendOf({ backends }: Mesh): Backend | undefined {
  return backends.traces.find(
    (backend): backend is typeof backend & Backend => backend.kind === 'tempo' || backend.kind === 'jaeger',
  );
}

function externalServices(mesh: Mesh): object {
  const { host, port } = mesh.backends.metrics;
  return {
    prometheus: { url: `http://${host}:${port}` },
    grafana: { enabled: true, external_url: mesh.metrics.grafana, dashboards: [goldenSignals(mesh)] },
    tracing: tracing(mesh),
  };
}

function tracing(mesh: Mesh): object {
  const backend = backendOf(mesh);
  if (backend === undefined) return { enabled: false };
  const { kind, host } = backend;
  const { tracesUrl } = mesh.metrics.kiali;
  const isTempo = kind === 'tempo';
  return {
    enabled: true,
    provider: kind,
    internal_url: `http://${host}:${QUERY_PORT[kind]}`,
    external_url: tracesUrl ?? (isTempo ? mesh.metrics.grafana : undefined),
    use_grpc: !isTempo,
    tempo_config: isTempo ? { url_format: 'grafana' } : undefined,
  };
}

/** Kiali asks Grafana for the dashboard by its title, and links to it with the workload that is looked at. */
function goldenSignals({ name }: Mesh): object {
  return {
    name: `${name}: golden signals`,
    variables: { namespace: 'var-namespace', workload: 'var-workload' },
  };
}

/** Istio's labels of attributes, as choices on Kiali's pages of metrics. */
function featureFlags(mesh: Mesh): object {
  const labels = metricLabels(mesh).filter(({ by }) => by === 'istio');
  if (labels.length === 0) return {};
  const aggregations = labels.map(({ key, label }) => ({ display_name: key, label }));
  return {
    kiali_feature_flags: {
      ui_defaults: { metrics_inbound: { aggregations }, metrics_outbound: { aggregations } },
    },
  };
}

function comments({ mesh }: Generation, prefix: string): Readonly<Record<string, string>> {
  const at = `${prefix}external_services.tracing`;
  const backend = backendOf(mesh);
  if (backend === undefined)
    return { [at]: 'Kiali reads traces of Tempo and Jaeger only; backends.traces has neither.' };
  if (backend.kind === 'jaeger') {
    const links = mesh.metrics.kiali.tracesUrl === undefined;
    return {
      [`${at}.internal_url`]: 'Port of its gRPC queries; 16686 with use_grpc: false.',
      ...(links ? { [at]: 'No links to pages of Jaeger: metrics.kiali.tracesUrl is not set.' } : {}),
    };
  }
  return {
    [`${at}.internal_url`]:
      'Port of its HTTP queries: over gRPC Kiali needs a Tempo with stream_over_http_enabled.',
    [`${at}.tempo_config`]:
      'Links go to Grafana. It opens its default Tempo; another, and a tenant of Tempo: datasource_uid, org_id.',
  };
}
