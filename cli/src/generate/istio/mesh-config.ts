/** MeshConfig: the providers that Telemetry names, once as Istio reads it and once for `istioctl install`. */
import type { Mesh } from '../../config/model.ts';
import { MeshspanError } from '../../errors.ts';
import { proxyStats } from '../../plan/metric-labels.ts';
import { yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';
import { logFields } from './log-fields.ts';
import { loggingProvider, serviceHost, tracingProvider } from './provider.ts';

/** None where MeshConfig is nobody's to change (`istio.tracing: envoyFilter`). */
export function meshConfig(generation: Generation): GeneratedFile[] {
  const { mesh } = generation;
  if (mesh.istio.tracing === 'envoyFilter') return [];
  const value = meshConfigOf(generation);
  const operator = {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    metadata: { name: mesh.name, namespace: mesh.istio.rootNamespace },
    spec: {
      ...(mesh.istio.revision === undefined ? {} : { revision: mesh.istio.revision }),
      meshConfig: value,
    },
  };
  return [
    {
      path: 'istio/install/mesh-config.yaml',
      text: yamlFile(
        'MeshConfig: the key `mesh` of the ConfigMap `istio`, or what istioctl analyze --meshConfigFile takes.\nMerge it with yours: a list there, as extensionProviders, is one list.',
        [{ value, comments: commentsOf('', value, mesh) }],
        generation,
      ),
    },
    {
      path: 'istio/install/istio-operator.yaml',
      text: yamlFile(
        'The same for istioctl install -f <this file>; of Helm, values of the chart istiod: what stands under spec.',
        [{ value: operator, comments: commentsOf('spec.meshConfig.', value, mesh) }],
        generation,
      ),
    },
  ];
}

function meshConfigOf(generation: Generation): MeshConfig {
  const { mesh } = generation;
  return {
    enableTracing: true,
    defaultConfig: { tracing: {}, ...proxyStats(mesh) },
    extensionProviders: [
      { name: tracingProvider(mesh), ...tracer(mesh) },
      { name: loggingProvider(mesh), ...accessLog(generation) },
    ],
  };
}

interface MeshConfig {
  readonly enableTracing: true;
  readonly defaultConfig: object;
  readonly extensionProviders: readonly object[];
}

function commentsOf(
  path: string,
  { extensionProviders }: MeshConfig,
  { backends }: Mesh,
): Record<string, string> {
  const tracer = `${path}extensionProviders.0`;
  return {
    [`${path}defaultConfig.tracing`]:
      'Empty: without it proxies also get the tracer of old, Zipkin at zipkin.istio-system:9411.',
    [`${path}defaultConfig.proxyStatsMatcher`]:
      "Of Envoy's own statistics Istio keeps few; these tell of spans that were dropped.",
    [`${path}defaultConfig.extraStatTags`]:
      "Labels in the names of the filter's counters. Read when a proxy starts: restart the pods after a change.",
    ...(backends.tracing.kind === 'zipkin'
      ? {
          [`${tracer}.zipkin.traceContextOption`]:
            'Reads B3, then W3C, and sends both (Istio 1.28); the default is B3 alone, which breaks traces of W3C callers.',
        }
      : {}),
    ...('envoyOtelAls' in (extensionProviders[1] as object)
      ? {}
      : {
          [`${path}extensionProviders.1.envoyFileAccessLog.logFormat`]:
            'One JSON object a request, each label a field of it.',
        }),
  };
}

function tracer({ backends: { tracing } }: Mesh): object {
  const at = { service: serviceHost(tracing, 'backends.tracing'), port: tracing.port };
  switch (tracing.kind) {
    case 'otlp':
      return { opentelemetry: at };
    case 'otlp+http':
      // Without `http` the exporter speaks gRPC, whatever the port.
      return { opentelemetry: { ...at, http: { path: '/v1/traces', timeout: '1s' } } };
    case 'zipkin':
      return { zipkin: { ...at, traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION' } };
    case 'datadog':
      return { datadog: at };
    case 'skywalking':
      return { skywalking: at };
  }
}

/** Throws MESHSPAN_ERR_UNSUPPORTED for logs by OTLP beside a collector that does not take OTLP by gRPC. */
function accessLog(generation: Generation): object {
  const { mesh } = generation;
  const { trace_id, span_id, ...fields } = logFields(generation);
  if (mesh.backends.logs.kind !== 'otlp') {
    const labels = { trace_id, ...(span_id === undefined ? {} : { span_id }), ...fields };
    return { envoyFileAccessLog: { path: '/dev/stdout', logFormat: { labels } } };
  }
  const { tracing } = mesh.backends;
  if (tracing.kind !== 'otlp') {
    throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
      expected:
        'backends.tracing of kind otlp (gRPC) for access logs by OTLP in Istio: its envoyOtelAls speaks gRPC only',
      ...{ got: tracing.kind, where: 'meshspan.yaml: backends.logs' },
      mend: 'set backends.tracing to otlp://host:4317, or backends.logs to stdout or loki',
    });
  }
  // Envoy puts trace and span id into each record by itself.
  const logFormat = { text: '%REQ(:METHOD)% %PATH(NQ:PATH)% %RESPONSE_CODE%', labels: fields };
  const service = serviceHost(tracing, 'backends.tracing');
  return { envoyOtelAls: { service, port: tracing.port, logName: mesh.name, logFormat } };
}
