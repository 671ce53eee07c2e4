import { isIP } from 'node:net';
import type { Backends, Endpoint, Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import type { Path } from '../source.ts';

/** Ports that there are, and addresses that Envoy can listen on. */
export function checkAddresses({ envoy, backends }: Mesh): Finding[] {
  const { tracing, traces, logs, metrics } = backends;
  return [
    ...envoy.flatMap(({ listen, admin, routes }, i) => [
      ...listensOn(listen, ['envoy', i, 'listen']),
      ...listensOn(admin, ['envoy', i, 'admin']),
      ...routes.flatMap(({ address }, j) => [...hasPort(address, 1, ['envoy', i, 'routes', j, 'address'])]),
    ]),
    ...hasPort(tracing, 1, ['backends', 'tracing']),
    ...traces.flatMap((backend, i) => [...hasPort(backend, 1, ['backends', 'traces', i])]),
    ...takesNoSpans(tracing, ['backends', 'tracing']),
    ...traces.flatMap((backend, i) => [...takesNoSpans(backend, ['backends', 'traces', i])]),
    ...('port' in logs ? hasPort(logs, 1, ['backends', 'logs']) : []),
    ...hasPort(metrics, 1, ['backends', 'metrics']),
  ];
}

/** Envoy resolves no name for a listener (`envoy.config.core.v3.SocketAddress.address`). */
function* listensOn(endpoint: Endpoint, path: Path): Iterable<Finding> {
  yield* hasPort(endpoint, 0, path);
  if (isIP(endpoint.host) !== 0) return;
  yield {
    ...{ code: 'MESHSPAN_CONFIG_VALUE', path, expected: 'an IP address to listen on', got: endpoint.host },
    mend: 'write 0.0.0.0 for every address of the machine, 127.0.0.1 for none but its own',
  };
}

/** Ports that people write as they know them, but on which something else listens, and what it is. */
const OTHER_PORTS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  otlp: { 4318: 'OTLP over HTTP' },
  'otlp+http': { 4317: 'OTLP over gRPC' },
  tempo: { 3200: 'its queries', 4318: 'OTLP over HTTP' },
  jaeger: { 16686: 'its page', 16685: 'its queries', 14250: 'what is no OTLP', 4318: 'OTLP over HTTP' },
};

/** Spans that are sent there are lost, and only the sender's own log tells. */
function* takesNoSpans(
  { kind, port }: Backends['tracing'] | Backends['traces'][number],
  path: Path,
): Iterable<Finding> {
  const other = OTHER_PORTS[kind]?.[port];
  if (other === undefined) return;
  const usual = kind === 'otlp+http' ? 4318 : 4317;
  yield {
    ...{ code: 'MESHSPAN_CONFIG_VALUE', path, expected: `the port on which it takes spans (${usual})` },
    ...{ got: `${port}, which is for ${other}`, mend: `write ${usual}, or leave the port away` },
  };
}

function* hasPort({ port }: Endpoint, least: number, path: Path): Iterable<Finding> {
  if (port >= least && port <= 65_535) return;
  yield {
    ...{ code: 'MESHSPAN_CONFIG_VALUE', path, expected: `a port from ${least} to 65535`, got: String(port) },
    mend: 'write one of these',
  };
}
