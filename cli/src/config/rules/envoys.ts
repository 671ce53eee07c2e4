import type { Mesh, PlainEnvoy } from '../model.ts';
import type { Finding } from '../rules.ts';
import type { Path } from '../source.ts';

/** The plain Envoys and what they send. */
export function checkEnvoys(mesh: Mesh): Finding[] {
  return [
    ...sameNames(mesh.envoy),
    ...mesh.envoy.flatMap((proxy, i) => [...addressesOf(proxy, ['envoy', i, 'routes'])]),
    ...logsWithoutCollector(mesh),
  ];
}

function* sameNames(proxies: readonly PlainEnvoy[]): Iterable<Finding> {
  for (const [i, { name }] of proxies.entries()) {
    const first = proxies.findIndex((other) => other.name === name);
    if (first === i) continue;
    yield {
      code: 'MESHSPAN_CONFIG_DUPLICATE',
      path: ['envoy', i],
      ...{ expected: 'a name that no Envoy before it has', got: `${name}, the name of envoy[${first}]` },
      mend: 'give each a name',
    };
  }
}

/** A service is one cluster of Envoy, which has one address here. */
function* addressesOf({ routes }: PlainEnvoy, path: Path): Iterable<Finding> {
  for (const [i, { service, address }] of routes.entries()) {
    const first = routes.findIndex((other) => other.service === service);
    const other = routes[first]?.address;
    if (other === undefined || (other.host === address.host && other.port === address.port)) continue;
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: [...path, i, 'address'],
      ...{ expected: `the address that ${service} has in routes[${first}]` },
      ...{ got: `${address.host}:${address.port}`, mend: 'write the same, or name another service' },
    };
  }
}

function* logsWithoutCollector({ backends: { logs, tracing } }: Mesh): Iterable<Finding> {
  if (logs.kind !== 'otlp' || tracing.kind.startsWith('otlp')) return;
  yield {
    code: 'MESHSPAN_CONFIG_CONFLICT',
    path: ['backends', 'logs'],
    ...{ expected: 'a tracing backend otlp or otlp+http, whose collector takes the logs', got: tracing.kind },
    mend: 'write logs: stdout, or a tracing backend otlp://',
  };
}
