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
}

/** The fields. The router is the last of `http_filters`. */
export function connectionManager(
  options: ConnectionManagerOptions,
): Json & { readonly tracing: Json; readonly http_filters: readonly NamedExtension[] } {
  const { tracing, filter, behind = [], accessLog = [], traceGate = false } = options;
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
    http_filters: [...(filter === undefined ? [] : [wasmFilter(filter)]), ...behind, router()],
  };
}
