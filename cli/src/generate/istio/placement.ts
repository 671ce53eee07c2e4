/** Where Istio's resources go so that they reach the proxies of meshspan.yaml, and how each is called. */
import type { Mesh, ProxyChoice } from '../../config/model.ts';

/** Listeners that an EnvoyFilter patches: of a class, or one of them by its name. */
export interface Listeners {
  readonly context: 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY';
  readonly name?: string;
}

/**
 * A waypoint's are SIDECAR_INBOUND (pilot, listener_builder.go), and this is the one that sees requests: that of
 * the tunnels (connect_terminate) would begin to trace them.
 */
const WAYPOINT: Listeners = { context: 'SIDECAR_INBOUND', name: 'main_internal' };

/** One place for a resource of each kind. */
export interface Placement {
  /** metadata.name of the resources: unique in the namespace. */
  readonly name: string;
  readonly namespace: string;
  /** Undefined beside undefined targetRefs: every workload of the namespace, of the root namespace all of the mesh. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly targetRefs?: readonly object[];
  readonly listeners: readonly Listeners[];
  /** What proxies these are, for people. */
  readonly proxies: string;
}

/**
 * The places. A resource without selector reaches the gateways of its namespaces too (pilot,
 * policyattachment.go), so an entry for one of those gets none of its own: with two, the filter would run twice.
 */
export function placements(mesh: Mesh): Placement[] {
  const proxies = istioProxies(mesh);
  const chosen = proxies.filter((proxy) => !proxies.some((other) => reachesToo(other, proxy)));
  const placed: Placement[] = [];
  for (const proxy of chosen) placed.push(place(proxy, mesh, placed));
  return placed;
}

/**
 * Those for Telemetry. One without selector holds for every proxy of its namespaces, waypoints included
 * (pilot, telemetry.go, `applicableTelemetries`); any further one would replace its tags.
 */
export function telemetryPlacements(mesh: Mesh): Placement[] {
  const wide = istioProxies(mesh).filter(isWide);
  return placements(mesh).filter(
    ({ targetRefs, namespace }) =>
      targetRefs === undefined || !wide.some((proxy) => (proxy.namespace ?? namespace) === namespace),
  );
}

/** Those of Istio: what runs elsewhere has targets of its own. */
function istioProxies({ proxies }: Mesh): readonly ProxyChoice[] {
  return proxies.filter(({ kind }) => kind !== 'envoyGateway');
}

/** Whether the resources of one entry without selector reach the gateway of another. */
function reachesToo(wide: ProxyChoice, { kind, namespace }: ProxyChoice): boolean {
  return kind === 'gateway' && isWide(wide) && (wide.namespace ?? namespace) === namespace;
}

function isWide({ kind, selector }: ProxyChoice): boolean {
  return kind === 'sidecar' && selector === undefined;
}

function place(proxy: ProxyChoice, mesh: Mesh, placed: readonly Placement[]): Placement {
  const { kind, name, selector } = proxy;
  const namespace = proxy.namespace ?? mesh.istio.rootNamespace;
  const base = kind === 'sidecar' ? mesh.name : `${mesh.name}-${name ?? kind}`;
  const taken = new Set(placed.filter((other) => other.namespace === namespace).map((other) => other.name));
  const names = [base, ...mesh.proxies.map((_, i) => `${base}-${i + 2}`)];
  return {
    name: names.find((candidate) => !taken.has(candidate)) as string,
    namespace,
    ...(selector === undefined ? {} : { selector }),
    ...(name === undefined ? {} : { targetRefs: [gatewayRef(name)] }),
    listeners: listenersOf(proxy),
    proxies: describe(proxy),
  };
}

function gatewayRef(name: string): object {
  return { group: 'gateway.networking.k8s.io', kind: 'Gateway', name };
}

function listenersOf(proxy: ProxyChoice): readonly Listeners[] {
  if (proxy.kind === 'waypoint') return [WAYPOINT];
  const gateway = { context: 'GATEWAY' } as const;
  if (proxy.kind === 'gateway') return [gateway];
  const sidecar = [{ context: 'SIDECAR_INBOUND' }, { context: 'SIDECAR_OUTBOUND' }] as const;
  return isWide(proxy) ? [...sidecar, gateway] : sidecar;
}

function describe({ kind, namespace, name, selector }: ProxyChoice): string {
  if (name !== undefined) return `the ${kind} ${name} in ${namespace}`;
  const labels = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  const where = namespace === undefined ? 'of the mesh' : `in ${namespace}`;
  if (labels.length > 0) return `the ${kind}s ${where} with ${labels.join(', ')}`;
  return `all sidecars and gateways ${where}`;
}
