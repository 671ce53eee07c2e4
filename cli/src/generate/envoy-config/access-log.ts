/** Access logs (`envoy.config.accesslog.v3.AccessLog`): one record a request. */
import type { Endpoint } from '../../config/model.ts';
import { isAtLeast } from '../../config/versions.ts';
import { extension, type Json } from './extension.ts';
import { collectorGrpc, collectorHttp } from './tracer.ts';

/** First Envoy whose OpenTelemetry access log names its service by itself, and goes over HTTP too. */
const LOGS_BY_HTTP = '1.37';

/** One line of JSON on stdout for each request. What has no value is left out, or null before Envoy 1.40. */
export function stdoutLog(fields: Readonly<Record<string, string>>, only: 'all' | 'errors'): Json {
  const type = 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog';
  const log_format = { omit_empty_values: true, json_format: fields };
  return withFilter(extension('envoy.access_loggers.stdout', type, { log_format }), only);
}

/** Records for an OpenTelemetry Collector. Envoy puts trace and span id into each by itself. */
export function otlpLog(
  fields: Readonly<Record<string, string>>,
  only: 'all' | 'errors',
  { collector, http, name, envoy }: { collector: Endpoint; http: boolean; name: string; envoy: string },
): Json {
  const type = 'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig';
  const { trace_id: _, span_id: __, ...rest } = fields;
  const attributes = { values: Object.entries(rest).map(([key, value]) => keyValue(key, value)) };
  return withFilter(
    extension('envoy.access_loggers.open_telemetry', type, {
      ...transport({ collector, http, name, envoy }),
      resource_attributes: { values: [keyValue('service.name', name)] },
      body: { string_value: '%REQ(:METHOD)% %PATH(NQ:PATH)% %RESPONSE_CODE%' },
      attributes,
    }),
    only,
  );
}

/** Whether an OpenTelemetry access log can go over HTTP. */
export function logsByHttp(envoy: string): boolean {
  return isAtLeast(envoy, LOGS_BY_HTTP);
}

function transport(options: { collector: Endpoint; http: boolean; name: string; envoy: string }): Json {
  const { collector, http, name, envoy } = options;
  if (http) return { log_name: name, http_service: collectorHttp(collector, '/v1/logs') };
  if (logsByHttp(envoy)) return { log_name: name, grpc_service: collectorGrpc() };
  return { common_config: { log_name: name, transport_api_version: 'V3', grpc_service: collectorGrpc() } };
}

function keyValue(key: string, value: string): Json {
  return { key, value: { string_value: value } };
}

/** Errors: a status of 400 and above, or none at all, as when the caller went away. */
function withFilter(log: Json, only: 'all' | 'errors'): Json {
  if (only === 'all') return log;
  const status = (op: string, value: number): Json => ({
    // The key is required: Envoy's operator may set another number at run time.
    status_code_filter: {
      comparison: { op, value: { default_value: value, runtime_key: `meshspan.access_log.${op}` } },
    },
  });
  return { ...log, filter: { or_filter: { filters: [status('GE', 400), status('EQ', 0)] } } };
}
