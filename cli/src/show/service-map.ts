import { orderSpans } from '../collector/order.ts';
import type { Span, Trace } from '../collector/trace.ts';

/** A service, or an upstream cluster that sends no spans of its own. */
export interface ServiceNode {
  readonly service: string;
  /** Requests that came in, from other services and from outside. */
  readonly requests: number;
  /** Known only from its caller's spans: a service that passes the trace on without making spans. */
  readonly silent: boolean;
  /** Calls from the outside to here by the shortest way: the column in which it is drawn, from 0. */
  readonly layer: number;
}

export interface ServiceEdge {
  readonly from: string;
  readonly to: string;
  readonly requests: number;
}

export interface ServiceMap {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
}

/** Who calls whom, counted over the spans of the traces. */
export function drawServiceMap(traces: readonly Trace[]): ServiceMap {
  const edges = new Map<string, { from: string; to: string; requests: number }>();
  const requests = new Map<string, number>();
  const speaking = new Set<string>();

  const countCall = (from: string | undefined, to: string) => {
    if (from === to) return;
    requests.set(to, (requests.get(to) ?? 0) + 1);
    if (from === undefined) return;
    const key = JSON.stringify([from, to]);
    const edge = edges.get(key) ?? { from, to, requests: 0 };
    edge.requests += 1;
    edges.set(key, edge);
  };

  for (const { spans } of traces) {
    const rows = orderSpans(spans);
    const called = Map.groupBy(rows, (row) => row.parent);
    for (const { span, parent } of rows) {
      speaking.add(span.service);
      countCall(
        parent && callerOf(span, parent, called.get(parent)?.map((row) => row.span) ?? []),
        span.service,
      );
      const upstream = silentUpstream(span, called.get(span)?.map((row) => row.span) ?? []);
      if (upstream !== undefined) countCall(span.service, upstream);
    }
  }
  const layers = findLayers([...requests.keys()], [...edges.values()]);
  const nodes = [...requests].map(([service, count]) => ({
    service,
    requests: count,
    silent: !speaking.has(service),
    layer: layers.get(service) ?? 0,
  }));
  return { nodes, edges: [...edges.values()] };
}

function callerOf(span: Span, parent: Span, siblings: readonly Span[]): string {
  return span.service === parent.service
    ? parent.service
    : (silentUpstream(parent, siblings) ?? parent.service);
}

/**
 * The upstream cluster of a proxy's CLIENT span, unless the service of that name answers with a span of its own.
 * Istio's cluster names (`outbound|8080||orders.shop.svc`) name a route to a proxy, not a service between.
 */
function silentUpstream(span: Span, children: readonly Span[]): string | undefined {
  const cluster = span.attributes['upstream_cluster.name'] ?? span.attributes.upstream_cluster;
  if (span.kind !== 'CLIENT' || typeof cluster !== 'string' || cluster === '' || cluster.includes('|'))
    return undefined;
  return children.some((child) => child.service === cluster) ? undefined : cluster;
}

/** Breadth first from the services that nobody calls; services that only call each other begin at the first. */
function findLayers(services: readonly string[], edges: readonly ServiceEdge[]): Map<string, number> {
  const layers = new Map<string, number>();
  const callees = Map.groupBy(edges, (edge) => edge.from);
  const isCalled = new Set(edges.map((edge) => edge.to));
  const spread = (begin: readonly string[]) => {
    let layer = begin.filter((service) => !layers.has(service));
    for (let depth = 0; layer.length > 0; depth++) {
      for (const service of layer) layers.set(service, depth);
      const next = layer.flatMap((service) => callees.get(service)?.map((edge) => edge.to) ?? []);
      layer = [...new Set(next)].filter((service) => !layers.has(service));
    }
  };
  spread(services.filter((service) => !isCalled.has(service)));
  for (const service of services) spread([service]);
  return layers;
}
