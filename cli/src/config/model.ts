/**
 * meshspan.yaml as the generators see it: valid, with every default in its place (cli/schema has the meaning of
 * each field). What the filter reads keeps the words of the user; see filter-configuration.ts.
 */

/** A mesh: the whole of meshspan.yaml. */
export interface Mesh {
  readonly name: string;
  readonly environment: 'development' | 'staging' | 'production';
  readonly attributes: readonly Attribute[];
  readonly trust?: { readonly identity: 'edge' | 'mesh'; readonly peers?: readonly string[] };
  readonly spanName?: readonly string[];
  readonly debugWhen?: readonly { readonly when: Condition; readonly logLevel?: string }[];
  readonly traceId?: { readonly responseHeader: string };
  readonly strict?: boolean;
  readonly sampling: Sampling;
  readonly propagation: readonly ('w3c' | 'b3' | 'b3multi')[];
  readonly filter: FilterModule;
  readonly proxies: readonly ProxyChoice[];
  readonly istio: Istio;
  readonly envoy: readonly PlainEnvoy[];
  readonly services: readonly Service[];
  readonly clusters: readonly Cluster[];
  readonly backends: Backends;
  readonly collector: Collector;
  readonly logs: Logs;
  readonly metrics: Metrics;
  readonly rollouts: readonly Rollout[];
}

/** One attribute, with the fields of filter/schema.json. */
export interface Attribute {
  readonly key: string;
  readonly from: readonly Source[];
  readonly default?: string;
  readonly ambiguous?: 'reject' | 'first';
  readonly maxLength?: number;
  readonly lowercase?: boolean;
  readonly pattern?: string;
  readonly allow?: readonly string[];
  readonly hash?: { readonly algorithm: string; readonly keyEnv: string; readonly length?: number };
  readonly mask?: number;
  readonly maxDistinct?: number;
  readonly identity?: boolean;
  readonly to?: {
    readonly header?: string;
    readonly baggage?: boolean | string;
    readonly responseHeader?: string;
    readonly metric?: boolean;
  };
}

/** One source of an attribute; exactly one of its fields, but for what stands beside a property or a jwt. */
export interface Source {
  readonly header?: string;
  readonly cookie?: string;
  readonly query?: string;
  readonly path?: string;
  readonly baggage?: string;
  readonly property?: string;
  readonly type?: string;
  readonly peer?: string;
  readonly node?: string;
  readonly env?: string;
  readonly literal?: string;
  readonly jwt?: string | readonly string[];
  readonly payloadInMetadata?: string;
  readonly unverified?: boolean;
  readonly responseHeader?: string;
  readonly responseCode?: boolean;
  readonly flags?: boolean;
  readonly duration?: boolean;
}

/** Attributes by their keys, and the value or values that each must have. */
export type Condition = Readonly<Record<string, string | readonly string[]>>;

export interface Sampling {
  /** 0 to 100, with hundredths. */
  readonly percent: number;
  readonly always: readonly { readonly when: Condition }[];
  /** Request header that a hit sets, in lower case. */
  readonly header: string;
}

export interface FilterModule {
  readonly attach: 'wasmPlugin' | 'trafficExtension' | 'envoyFilter';
  readonly image?: string;
  readonly sha256?: string;
  readonly pullPolicy?: 'IfNotPresent' | 'Always';
  readonly pullSecret?: string;
  readonly path: string;
  readonly env: Readonly<Record<string, string | { readonly fromProxy: true }>>;
  readonly phase: 'AUTHN' | 'AUTHZ' | 'STATS' | 'last';
  readonly priority?: number;
  /** Keys of attributes that Envoy copies from a header by itself. */
  readonly native: readonly string[];
}

/** Proxies of one kind. */
export interface ProxyChoice {
  readonly kind: 'sidecar' | 'gateway' | 'waypoint' | 'envoyGateway';
  readonly namespace?: string;
  readonly name?: string;
  readonly selector?: Readonly<Record<string, string>>;
}

export interface Istio {
  readonly rootNamespace: string;
  readonly revision?: string;
  readonly tracing: 'telemetry' | 'envoyFilter';
  readonly traceGate: boolean;
}

export interface PlainEnvoy {
  readonly name: string;
  readonly listen: Endpoint;
  readonly admin: Endpoint;
  readonly node: { readonly cluster: string; readonly metadata: Readonly<Record<string, string>> };
  readonly routes: readonly {
    readonly prefix: string;
    readonly service: string;
    readonly address: Endpoint;
  }[];
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  /** Of its pods. */
  readonly targetPort: number;
}

export interface Cluster {
  readonly name: string;
  readonly network: string;
  readonly trustDomain: string;
  /** Base URL of its own Tempo. */
  readonly traces?: string;
}

export interface Backends {
  readonly tracing: Endpoint & { readonly kind: 'otlp' | 'otlp+http' | 'zipkin' | 'datadog' | 'skywalking' };
  readonly traces: readonly (Endpoint & { readonly kind: 'tempo' | 'jaeger' | 'zipkin' | 'otlp' })[];
  readonly logs:
    | { readonly kind: 'stdout' | 'otlp' }
    | (Endpoint & { readonly kind: 'loki' | 'elasticsearch' });
  readonly metrics: Endpoint & { readonly kind: 'prometheus' };
}

export interface Collector {
  readonly tiers: 1 | 2;
  /** Of each tier where there are two. */
  readonly replicas: number;
  readonly namespace: string;
  /** MiB. */
  readonly memoryLimit: number;
  /** Such as "10s". */
  readonly decisionWait: string;
  readonly keep: {
    readonly errors: boolean;
    readonly slowerThan: string;
    readonly attributes: Readonly<Record<string, readonly string[]>>;
    readonly services: readonly string[];
    readonly percent: number;
  };
  /** Keys of span attributes. */
  readonly drop: readonly string[];
  readonly spanMetrics: boolean;
}

export interface Logs {
  readonly only: 'all' | 'errors';
  /** Base URL: `/v1/logs` is put behind it. */
  readonly otlpEndpoint: string;
  readonly container: string;
}

export interface Metrics {
  readonly labels: readonly string[];
  readonly alerts: {
    readonly errorPercent: number;
    readonly p99: string;
    readonly for: string;
    /** 0: no alert. */
    readonly mtlsPercent: number;
  };
  /** Such as "15s". */
  readonly scrapeInterval: string;
  readonly namespace: string;
  readonly operatorLabels?: Readonly<Record<string, string>>;
  /** Base URL, without a slash at its end. */
  readonly grafana: string;
  readonly kiali: { readonly namespace: string; readonly tracesUrl?: string };
}

/** An attribute, and values of it as the filter writes them. */
export interface AttributeValues {
  readonly attribute: string;
  readonly values: readonly string[];
}

export interface Rollout {
  readonly service: string;
  readonly strategy: 'canary' | 'blueGreen' | 'ab';
  readonly by?: AttributeValues;
  /** Labels `version` of pods. */
  readonly versions: { readonly stable: string; readonly next: string };
  readonly fault?: { readonly percent: number; readonly delay?: string; readonly status?: number };
  readonly watch?: AttributeValues;
  readonly analysis: {
    readonly interval: string;
    readonly failures: number;
    readonly stepWeight: number;
    readonly maxWeight: number;
    readonly iterations: number;
    readonly mirror: boolean;
  };
  /** Such as "ingress/public". */
  readonly gateways: readonly string[];
  readonly hosts: readonly string[];
}
