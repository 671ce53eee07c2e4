/** Parts of a collector's configuration that its tiers share, by the collector's own names (release 0.155). */
import type { Mesh } from '../../config/model.ts';

/** A part of a configuration. */
export type Section = Readonly<Record<string, unknown>>;

/** Ports that a collector listens on. */
export const PORTS = { otlpGrpc: 4317, otlpHttp: 4318, zipkin: 9411, health: 13_133, metrics: 8888 } as const;

/** OTLP by gRPC: what every tier receives. */
export const OTLP_GRPC: Section = { endpoint: `0.0.0.0:${PORTS.otlpGrpc}` };

/** Receivers for proxies and services: OTLP by gRPC and HTTP, Zipkin v1 and v2. */
export const RECEIVERS: Section = {
  otlp: { protocols: { grpc: OTLP_GRPC, http: { endpoint: `0.0.0.0:${PORTS.otlpHttp}` } } },
  zipkin: { endpoint: `0.0.0.0:${PORTS.zipkin}` },
};

/** Refuses data, which senders then keep or drop, rather than be killed for its memory. */
export function memoryLimiter({ collector }: Mesh): Section {
  return { check_interval: '1s', limit_mib: collector.memoryLimit };
}

/** Fewer and larger requests to whatever is next. */
export const BATCH: Section = { timeout: '1s', send_batch_size: 8192, send_batch_max_size: 8192 };

/** Plain text: certificates are the business of who runs the backend; a comment says what that means. */
export const PLAIN_TEXT: Section = { insecure: true };

/** The extensions and telemetry that each tier has, without pipelines. */
export const HEALTH_CHECK: Section = { health_check: { endpoint: `0.0.0.0:${PORTS.health}` } };

export const TELEMETRY: Section = {
  logs: { level: 'info', encoding: 'json' },
  metrics: {
    level: 'normal',
    readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: PORTS.metrics } } } }],
  },
};
