/** The HTTP connection manager's fields that are meshspan's matter. */
import { type Json, type NamedExtension, router } from './extension.ts';
import { traceGateExtension } from './trace-gate.ts';
import { type Tracer, tracerProvider } from './tracer.ts';
import { type WasmModule, wasmFilter } from './wasm-filter.ts';

/** What is to be known of one connection manager. */
export interface ConnectionManagerOptions {
  readonly tracing: Tracer & {
    /** Percent of the requests without a decision of the caller that are sampled. Default 100. */
    readonly percent?: number;
    readonly customTags: readonly Json[];
    /** Format of the SERVER span's name (Envoy 1.37). Default: Envoy's own names. */
    readonly operation?: string;
  };
  /** Undefined: there is nothing for the filter to do. */
  readonly filter?: WasmModule | undefined;
  /** HTTP filters between the filter and the router. */
  readonly behind?: readonly NamedExtension[];
  readonly accessLog?: readonly Json[];
  /** Whether trace headers are cleaned before the tracer reads them. Default false. */
  readonly traceGate?: boolean;
  /** Whether callers are strangers, whose words about the mesh are not for Envoy either. Default false. */
  readonly isEdge?: boolean;
}

/**
 * Envoy's "Configuring Envoy as an edge proxy". With the address of the connection it takes a caller for external:
 * it makes x-request-id anew, whose 15th character is a decision to sample (envoy/extensions/request_id/uuid),
 * and takes off x-envoy-decorator-operation, which names spans. Underscores: docs/filter.md, "Trust".
 */
const EDGE: Json = {
  use_remote_address: true,
  common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
};

/** The fields. The router is the last of `http_filters`. */
export function connectionManager(
  options: ConnectionManagerOptions,
): Json & { readonly tracing: Json; readonly http_filters: readonly NamedExtension[] } {
  const { tracing, filter, behind = [], accessLog = [], traceGate = false, isEdge = false } = options;
  const { percent = 100, customTags, operation } = tracing;
  return {
    tracing: {
      // A span for the call upstream too: without it the upstream's parent is the server span, and nobody sees
      // how long the upstream itself took.
      spawn_upstream_span: true,
      random_sampling: { value: percent },
      ...(operation === undefined ? {} : { operation }),
      custom_tags: customTags,
      provider: tracerProvider(tracing),
    },
    ...(accessLog.length === 0 ? {} : { access_log: accessLog }),
    ...(traceGate ? { early_header_mutation_extensions: [traceGateExtension()] } : {}),
    ...(isEdge ? EDGE : {}),
    http_filters: [...(filter === undefined ? [] : [wasmFilter(filter)]), ...behind, router()],
  };
}
