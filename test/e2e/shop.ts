import { fileURLToPath } from 'node:url';
import { type Collector, startCollector } from '@meshspan/cli/collector/server.ts';
import type { Span, Trace } from '@meshspan/cli/collector/trace.ts';
import { startTopology, type Topology, type TopologyOptions } from '@meshspan/cli/demo/topology.ts';
import type { EnvoyLauncher } from '@meshspan/cli/envoy/envoy.ts';
import { afterAll, beforeAll } from 'vitest';

export const FILTER: string = path('../../filter/build/meshspan.wasm');
/** The module that sees no responses. */
export const REQUEST_FILTER: string = path('../../filter/build/meshspan-request.wasm');
const SERVICES = { orders: path('./services/orders.ts'), inventory: path('./services/inventory.ts') };

/** A port that is reserved (RFC 6335: tcpmux) and that nothing listens on. */
export const DEAD_PORT = 1;

/** The topology of the tests with its collector. */
export interface Shop extends Topology {
  readonly collector: Collector;
  /** The trace once it has that many spans. */
  spans(traceId: string, count: number): Promise<Span[]>;
}

/** Starts the topology with the services that echo their headers. Ends all of it on failure. */
export async function startShop(
  launcher: EnvoyLauncher,
  options: Partial<TopologyOptions> = {},
): Promise<Shop> {
  const collector = await startCollector();
  try {
    const topology = await startTopology({
      launcher,
      filter: FILTER,
      tracer: 'otlp+http',
      collectorPort: collector.port,
      services: SERVICES,
      edgeRoutes: [
        { prefix: '/denied', directResponse: 403 },
        { prefix: '/down', upstream: { name: 'down', host: launcher.hostFromEnvoy, port: DEAD_PORT } },
      ],
      ...options,
    });
    return {
      ...topology,
      collector,
      async spans(traceId, count) {
        const complete = (trace: Trace): boolean => trace.spans.length >= count;
        const trace = await collector.waitForTrace(traceId, complete, { expected: `${count} spans` });
        return [...trace.spans];
      },
      async stop() {
        await topology.stop();
        await collector.close();
      },
    };
  } catch (error) {
    await collector.close();
    throw error;
  }
}

/** A shop for each of Envoy's tracers, started before and ended after the tests of the suite that calls this. */
export function shopsOfBothTracers(launcher: () => Promise<EnvoyLauncher>): ReadonlyMap<string, Shop> {
  const shops = new Map<string, Shop>();
  beforeAll(async () => {
    for (const tracer of ['otlp+http', 'zipkin'] as const) {
      shops.set(tracer, await startShop(await launcher(), { tracer }));
    }
  });
  afterAll(async () => {
    for (const shop of shops.values()) await shop.stop();
  });
  return shops;
}

/** The span of a service and kind; throws when there is none or more than one. */
export function only(spans: readonly Span[], service: string, kind: Span['kind']): Span {
  const found = spans.filter((span) => span.service === service && span.kind === kind);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`expected one ${kind} span of ${service}, got ${found.length} among ${describe(spans)}`);
  }
  return found[0];
}

function describe(spans: readonly Span[]): string {
  return spans.map((span) => `${span.service} ${span.kind} ${span.name}`).join(', ') || 'none';
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
